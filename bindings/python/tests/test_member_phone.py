"""A Python program as a member's phone, against the real server."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import unittest
import urllib.request
import uuid
from pathlib import Path

import kring
from kring import Event, EditState, Kring, KringError

BINARY = os.environ.get("KRING_BINARY", "target/debug/kring")


class Server:
    """A `kring serve` of its own on a free port."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "server"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        arguments = [BINARY, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        line = self.process.stdout.readline()
        while line and "127.0.0.1" not in line:
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def professional_code(self) -> str:
        arguments = [BINARY, "admin", "invite-professional", "--name", "Marloes", "--data", str(self.data)]
        return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)["code"]


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def document(phone: Kring, space: str, kind: str) -> str:
    return next(found.id for found in phone.documents(space) if found.kind == kind)


def content(phone: Kring, document_id: str) -> dict:
    return json.loads(phone.read(document_id))["content"]


def idea(text: str) -> str:
    return json.dumps({"type": "propose_idea", "idea_id": str(uuid.uuid4()), "text": text})


class MemberPhone(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        # The calls that answer from the file may take a moment on a busy disk.
        asyncio.get_running_loop().slow_callback_duration = 10
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name)
        self.server = Server(self.path)
        self.marloes = Kring.open(str(self.path / "marloes.kring"), "test", "nl")
        await self.marloes.sign_in(self.server.url, self.server.professional_code(), "laptop", "Marloes")
        self.space = self.marloes.create_space("Rond Joost")
        await self.marloes.sync_once()
        invitation = await self.marloes.invite(self.space, "member", "Emine")
        self.emine = Kring.open(str(self.path / "emine.kring"), "test", "nl")
        joined = await self.emine.sign_in(self.server.url, invitation.code, "phone", "Emine")
        self.assertEqual((joined.space, joined.role), (self.space, "member"))
        await self.emine.sync_once()

    async def asyncTearDown(self) -> None:
        self.marloes.close()
        self.emine.close()
        self.server.stop()
        self.directory.cleanup()

    async def test_an_idea_made_offline_reaches_the_professional(self) -> None:
        circle = document(self.emine, self.space, "circle")
        self.server.stop()
        receipt = self.emine.submit(circle, idea("Dieren voeren"))
        self.assertEqual(receipt.state, EditState.SAVED_HERE())
        with self.assertRaises(KringError.Offline):
            await self.emine.sync_once()
        self.assertEqual(content(self.emine, circle)["ideas"][0]["text"], "Dieren voeren")

        self.emine.close()
        self.emine = Kring.open(str(self.path / "emine.kring"), "test", "nl")
        self.assertEqual(self.emine.edits(circle)[0].state, EditState.SAVED_HERE())

        self.server.start()
        report = await self.emine.sync_once()
        self.assertEqual((report.answered, report.waiting), (1, 0))
        self.assertEqual(self.emine.edits(circle)[0].state, EditState.SHARED(sequence=1))
        await self.marloes.sync_once()
        self.assertEqual(content(self.marloes, circle), content(self.emine, circle))

    async def test_edits_travel_at_once_while_connected(self) -> None:
        circle = document(self.emine, self.space, "circle")
        self.marloes.connect()
        self.emine.connect()
        self.emine.submit(circle, idea("Burendag"))

        async def arrival() -> None:
            while not content(self.marloes, circle)["ideas"]:
                await self.marloes.next_event()

        await asyncio.wait_for(arrival(), timeout=20)
        self.assertEqual(content(self.marloes, circle)["ideas"][0]["text"], "Burendag")

    async def test_what_a_member_may_not_do_is_refused_with_a_reason(self) -> None:
        self.assertNotIn("network", [found.kind for found in self.emine.documents(self.space)])
        circle = document(self.emine, self.space, "circle")
        self.emine.submit(circle, idea("Appeltaart"))
        chosen = json.dumps({"type": "choose_idea", "idea_id": content(self.emine, circle)["ideas"][0]["id"]})
        self.assertFalse(self.emine.may(circle, chosen))
        with self.assertRaises(KringError.Refused) as refused:
            self.emine.submit(circle, chosen)
        self.assertEqual(refused.exception.code, "forbidden")
        for wrong in ["{", "[]", '{"type": "sing"}', '{"type": "propose_idea", "idea_id": 7}']:
            with self.assertRaises(KringError.Refused):
                self.emine.submit(circle, wrong)
        with self.assertRaises(KringError):
            self.emine.read("no id")

    async def test_a_code_works_once(self) -> None:
        invitation = await self.marloes.invite(self.space, "member", None)
        for name, works in [("ruud", True), ("stranger", False)]:
            phone = Kring.open(str(self.path / f"{name}.kring"), "test", "nl")
            if works:
                await phone.sign_in(self.server.url, invitation.code, "phone", name)
            else:
                with self.assertRaises(KringError):
                    await phone.sign_in(self.server.url, invitation.code, "phone", name)
            phone.close()


    async def test_a_member_comes_back_on_a_new_phone_as_who_they_are(self) -> None:
        await self.marloes.sync_once()
        before = {member.name: member for member in self.marloes.members(self.space)}
        self.assertTrue(before["Emine"].may_invite_back)
        self.assertFalse(before["Marloes"].may_invite_back)
        code = await self.marloes.invite_back(self.space, before["Emine"].person)
        phone = Kring.open(str(self.path / "new.kring"), "test", "nl")
        back = await phone.sign_in(self.server.url, f"Hoi Emine, hier is je code: {code.url}", "phone", None)
        self.assertEqual((back.person, back.space, back.role), (before["Emine"].person, self.space, "member"))
        await phone.sync_once()
        self.assertEqual(len(phone.members(self.space)), len(before))
        phone.close()

    async def test_what_goes_wrong_is_said_in_the_language_of_the_app(self) -> None:
        for language, wrong, offline in [
            ("nl", "Deze code werkt niet. Vraag een nieuwe code.", "Geen verbinding. Alles staat veilig op dit toestel."),
            ("en", "This code does not work. Ask for a new one.", "No connection. Everything is safe on this device."),
        ]:
            phone = Kring.open(str(self.path / f"{language}.kring"), "test", language)
            for code in ["0000-0000-0000-0000", "no code at all"]:
                with self.assertRaises(KringError.Declined) as declined:
                    await phone.sign_in(self.server.url, code, "phone", None)
                self.assertEqual(declined.exception.code, "invalid_code")
                self.assertEqual(declined.exception.explanation, wrong)
            with self.assertRaises(KringError.Offline) as away:
                await phone.sign_in(f"http://127.0.0.1:{free_port()}", "0000-0000-0000-0000", "phone", None)
            self.assertEqual(away.exception.explanation, offline)
            phone.close()


class Offline(unittest.TestCase):
    def test_a_whole_space_without_any_server(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = str(Path(directory) / "alone.kring")
            phone = Kring.open(path, "test", "en")
            space = phone.create_space("Around Joost")
            network = document(phone, space, "network")
            contact = {"type": "add_contact", "contact_id": str(uuid.uuid4()), "name": "Linda",
                       "quadrant": "family", "ring": 1}
            phone.submit(network, json.dumps(contact))
            picture = kring.network_picture(phone, network, "Joost", "en")
            self.assertIn("Linda", picture)
            self.assertTrue(picture.startswith("<svg"))
            with self.assertRaises(KringError.InUse):
                Kring.open(path, "test", "en")
            phone.close()

    def test_what_was_held_is_submitted_again_and_until_then_exported(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = str(Path(directory) / "held.kring")
            phone = Kring.open(path, "test", "en")
            circle = document(phone, phone.create_space("Around Joost"), "circle")
            first = phone.submit(circle, idea("Apple pie"))
            phone.close()
            # As a server does whose clock is another one.
            database = sqlite3.connect(path)
            database.execute("UPDATE edits SET state = 'held', code = 'clock'")
            database.commit()
            database.close()

            phone = Kring.open(path, "test", "en")
            self.assertEqual(phone.edits(circle)[0].state, EditState.HELD(code="clock"))
            self.assertIn("Apple pie", phone.export_unshared())
            again = phone.submit_again(first.id)
            self.assertEqual(again.state, EditState.SAVED_HERE())
            self.assertEqual([edit.id for edit in phone.edits(circle)], [again.id])
            self.assertEqual(content(phone, circle)["ideas"][0]["text"], "Apple pie")
            with self.assertRaises(KringError.NotHere):
                phone.submit_again(first.id)
            with self.assertRaises(KringError.Refused):
                phone.submit_again("no id")
            phone.close()

    def test_a_damaged_file_is_told_and_what_was_written_is_rescued(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = str(Path(directory) / "damaged.kring")
            phone = Kring.open(path, "test", "en")
            circle = document(phone, phone.create_space("Around Joost"), "circle")
            for number in range(40):
                phone.submit(circle, idea(f"idea {number}"))
            phone.close()
            content = bytearray(Path(path).read_bytes())
            # Pages somewhere in the middle of the edits.
            for page in range(0, len(content), 4096):
                if b"idea 20" in content[page:page + 4096]:
                    content[page:page + 12] = bytes(12)
            Path(path).write_bytes(content)
            with self.assertRaises(KringError.Damaged):
                Kring.open(path, "test", "en")

            rescued = kring.rescue(path, "test", "en")
            self.assertTrue(Path(rescued.set_aside).exists())
            self.assertFalse(rescued.is_signed_in)
            self.assertGreater(rescued.waiting + rescued.not_accepted, 0)
            kept = rescued.kring.export_unshared().splitlines()
            self.assertEqual(len(kept), rescued.waiting + rescued.not_accepted)
            self.assertIn("idea", kept[0])
            rescued.kring.close()
            again = kring.rescue(path, "test", "en")
            self.assertEqual((again.set_aside, again.waiting), (None, rescued.waiting))
            again.kring.close()


if __name__ == "__main__":
    unittest.main()
