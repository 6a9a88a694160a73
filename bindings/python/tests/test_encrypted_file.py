"""A phone's file under a key of the app's; only where the package was made with `--encrypted`."""

import json
import os
import tempfile
import unittest
import uuid
from pathlib import Path

import kring
from kring import KringError


@unittest.skipUnless(hasattr(kring, "open_encrypted"), "this package is made without SQLCipher")
class EncryptedFile(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "emine.kring"
        self.key = os.urandom(32)

    def tearDown(self) -> None:
        self.directory.cleanup()

    def open(self, key: bytes) -> kring.Kring:
        return kring.open_encrypted(str(self.path), key, "test", "nl")

    def test_what_is_written_is_read_with_the_key_and_with_nothing_else(self) -> None:
        phone = self.open(self.key)
        space = phone.create_space("Rond Joost")
        circle = next(found.id for found in phone.documents(space) if found.kind == "circle")
        text = "samen naar de visvijver"
        phone.submit(circle, json.dumps({"type": "propose_idea", "idea_id": str(uuid.uuid4()), "text": text}))
        in_use = b"".join(file.read_bytes() for file in self.path.parent.iterdir())
        phone.close()
        closed = b"".join(file.read_bytes() for file in self.path.parent.iterdir())
        for found in (in_use, closed):
            self.assertNotIn(b"visvijver", found)
            self.assertNotIn(b"SQLite format", found)
        with self.assertRaises(KringError.WrongKey):
            self.open(os.urandom(32))
        with self.assertRaises(KringError.Refused):
            self.open(self.key[:31])
        with self.assertRaises((KringError.WrongKey, KringError.Damaged)):
            kring.Kring.open(str(self.path), "test", "nl")
        phone = self.open(self.key)
        self.assertIn(text, phone.read(circle))
        phone.close()

    def test_a_damaged_file_gives_back_what_waited(self) -> None:
        phone = self.open(self.key)
        phone.create_space("Rond Joost")
        phone.close()
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[: len(whole) // 2])
        with self.assertRaises(KringError.Damaged):
            self.open(self.key)
        rescued = kring.rescue_encrypted(str(self.path), self.key, "test", "nl")
        self.assertTrue(Path(rescued.set_aside).exists())
        rescued.kring.close()
        self.open(self.key).close()


if __name__ == "__main__":
    unittest.main()
