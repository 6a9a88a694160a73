"""A member's phone, written from docs/protocol.md alone and from nothing but Python's own library.

It plays a member's part against a real server: signs in with a key and loses the answer, brainstorms in rounds and over a
WebSocket, follows the chain, tells what was read, is refused, and leaves. KRING_BINARY is the server.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

BINARY = os.environ.get("KRING_BINARY", "target/debug/kring")


# CBOR (RFC 8949), as far as frames need it.

def cbor(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in range(4) if number < 1 << (8 << size))
    return bytes([major << 5 | 24 + size]) + number.to_bytes(1 << size, "big")


def uncbor(data):
    value, rest = item(data)
    assert not rest, "one value a message"
    return value


def item(data):
    major, info, data = data[0] >> 5, data[0] & 31, data[1:]
    if major == 7:
        if info == 27:
            return struct.unpack(">d", data[:8])[0], data[8:]
        return {20: False, 21: True, 22: None}[info], data
    size = 0 if info < 24 or info == 31 else 1 << (info - 24)
    number, data = (info if info < 24 else int.from_bytes(data[:size], "big")), data[size:]
    if major < 2:
        return (number if major == 0 else -1 - number), data
    if major < 4:
        text, data = data[:number], data[number:]
        return (text if major == 2 else text.decode()), data
    items = []
    while data[0] != 255 if info == 31 else len(items) < number * (major - 3):
        found, data = item(data)
        items.append(found)
    data = data[1:] if info == 31 else data
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), data


# Ed25519 (RFC 8032): slow and short, for a test.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def recover(y):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if x % 2 == 0 else P - x


BASE = (recover(4 * pow(5, P - 2, P) % P), 4 * pow(5, P - 2, P) % P)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    cross = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + cross, P - 2, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - cross, P - 2, P)
    return x % P, y % P


def times(number, point):
    result = (0, 1)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


class Key:
    def __init__(self):
        hashed = hashlib.sha512(os.urandom(32)).digest()
        self.scalar = int.from_bytes(hashed[:32], "little") & ~7 & ~(1 << 255) & (1 << 255) - 1 | 1 << 254
        self.prefix = hashed[32:]
        self.public = packed(times(self.scalar, BASE))

    def sign(self, text):
        def number(*parts):
            return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER

        nonce = number(self.prefix, text)
        point = packed(times(nonce, BASE))
        answer = (nonce + number(point, self.public, text) * self.scalar) % ORDER
        return point + answer.to_bytes(32, "little")


# What the page says.

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id():
    return str(uuid.uuid4())


def ms(time):
    return round(datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() * 1000)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u64(number):
    return number.to_bytes(8, "big")


def uid(text):
    return uuid.UUID(text).bytes


def behind(before, entry):
    """The chain's hash behind an entry."""
    role, command = entry["role"].encode(), entry["command"].encode()
    ids = [uid(entry[name]) for name in ("command_id", "person", "device")]
    words = [u64(len(role)), role, u64(len(command)), command, u64(entry["base"])]
    change = sha(entry["change"])
    return sha(before, u64(entry["sequence"]), *ids, u64(ms(entry["at"])), *words, bytes([entry.get("suggestion", False)]), change)


class Problem(Exception):
    """An answer that is an error in Kring's own form."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status, self.code = status, body["code"]


class Caller:
    """HTTP with JSON, signed in or not."""

    def __init__(self, url, token=None):
        self.url, self.token = url, token

    def raw(self, method, path, body=None, kind="application/json"):
        request = urllib.request.Request(self.url + path, data=body, method=method, headers={"Content-Type": kind})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            assert error.headers["Content-Type"] == "application/problem+json", "anything else is not Kring's"
            raise Problem(error.code, json.loads(error.read())) from None

    def call(self, method, path, body=None):
        answer = self.raw(method, path, None if body is None else json.dumps(body).encode())
        return json.loads(answer) if answer else None

    def submit(self, document, *commands):
        envelopes = [{"id": new_id(), "made_at": now(), "command": command} for command in commands]
        return self.call("POST", f"/v1/documents/{document}/commands", {"commands": envelopes})["verdicts"]


class Member(Caller):
    """A phone with a key, that follows its documents by cursor and chain."""

    def __init__(self, url):
        super().__init__(url)
        self.key, self.cursors, self.entries = Key(), {}, {}

    def proof(self, nonce, *lines):
        at = now()
        text = "\n".join([*lines, at, nonce])
        return {"at": at, "nonce": nonce, "signature": b64(self.key.sign(text.encode()))}

    def sign_in(self, code, name, nonce):
        plain = code.replace("-", "").upper()
        proof = self.proof(nonce, "kring sign-in proof 1", b64(self.key.public), b64(sha(plain.encode())))
        body = {"code": code, "device_name": "a phone", "display_name": name, "device_key": b64(self.key.public), "proof": proof}
        self.session = self.call("POST", "/v1/sign-in", body)
        self.token = self.session["access_token"]
        return self.session

    def refresh(self, nonce, refresh_token):
        device = self.session["device_id"]
        proof = self.proof(nonce, "kring token proof 1", device, b64(sha(refresh_token.encode())))
        answer = Caller(self.url).call("POST", "/v1/token", {"refresh_token": refresh_token, "proof": proof})
        self.token = answer["access_token"]
        return answer

    def hello(self):
        return {"t": "hello", "protocol": 1, "app": "from the page 1.0", "cursors": list(self.cursors.values())}

    def round(self, *frames):
        answer = uncbor(self.raw("POST", "/v1/sync", cbor([self.hello(), *frames]), "application/cbor"))
        for frame in answer:
            self.take(frame)
        return answer

    def take(self, frame):
        if frame["t"] == "snapshot":
            at = {name: frame[name] for name in ("document", "generation", "sequence")}
            self.cursors[frame["document"]] = at | ({"chain": frame["chain"]} if "chain" in frame else {})
        if frame["t"] == "entries":
            document = frame["document"]
            start = {"document": document, "generation": 1, "sequence": 0, "chain": sha(b"kring log 1", uid(document), u64(1))}
            cursor = self.cursors.get(document, start)
            for entry in frame["entries"]:
                assert entry["sequence"] == cursor["sequence"] + 1, "entries follow each other"
                cursor = cursor | {"sequence": entry["sequence"], "chain": behind(cursor["chain"], entry)}
                self.entries[entry["command_id"]] = entry
            self.cursors[document] = cursor


class Socket:
    """The few things of RFC 6455 that a phone needs."""

    def __init__(self, member, address):
        self.stream = socket.create_connection(address, timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET /v1/sync HTTP/1.1", f"Host: {address[0]}", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Protocol: kring.sync.v1",
                 f"Authorization: Bearer {member.token}", "", ""]
        self.stream.sendall("\r\n".join(lines).encode())
        self.file = self.stream.makefile("rb")
        assert b"101" in self.file.readline()
        while self.file.readline().strip():
            pass

    def send(self, frame, opcode=2):
        data, mask = cbor(frame) if opcode == 2 else frame, os.urandom(4)
        length = bytes([128 | len(data)]) if len(data) < 126 else bytes([254]) + struct.pack(">H", len(data))
        self.stream.sendall(bytes([128 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        """The next frame, or the code with which the server closes."""
        while True:
            first, length = self.file.read(2)
            if length > 125:
                length = int.from_bytes(self.file.read(2 if length == 126 else 8), "big")
            data = self.file.read(length)
            if first & 15 == 2:
                return uncbor(data)
            if first & 15 == 8:
                return int.from_bytes(data[:2], "big")
            if first & 15 == 9:
                self.send(data, 10)

    def until(self, wanted):
        while True:
            frame = self.receive()
            if isinstance(frame, int) or frame["t"] == wanted:
                return frame


class MembersPart(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = probe.getsockname()
        self.url = "http://%s:%d" % self.address
        listen = "%s:%d" % self.address
        serve = [BINARY, "serve", "--data", home.name, "--listen", listen]
        server = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        log = iter(server.stdout.readline, "")
        self.assertTrue(any(listen in line for line in log), "the server starts")
        admin = [BINARY, "admin", "invite-professional", "--name", "Marloes", "--data", home.name]
        code = json.loads(subprocess.run(admin, check=True, capture_output=True).stdout)["code"]
        signed = Caller(self.url).call("POST", "/v1/sign-in", {"code": code, "device_name": "a laptop"})
        self.marloes = Caller(self.url, signed["access_token"])
        self.space = new_id()
        made = self.marloes.call("POST", "/v1/spaces", {"space_id": self.space, "name": "Rond Joost"})
        self.circle = made["documents"]["circle"]
        self.code = self.marloes.call("POST", f"/v1/spaces/{self.space}/invitations", {"role": "member"})["code"]

    def test_a_member_takes_part(self):
        emine = Member(self.url)
        nonce = b64(os.urandom(16))
        lost = emine.sign_in(self.code, "Emine", nonce)
        again = emine.sign_in(self.code, "Emine", nonce)
        self.assertEqual([lost[name] for name in ("person_id", "device_id")], [again[name] for name in ("person_id", "device_id")])
        self.assertEqual((again["space_id"], again["role"]), (self.space, "member"))
        with self.assertRaises(Problem) as stranger:
            Member(self.url).sign_in(self.code, "Ruud", b64(os.urandom(16)))
        self.assertEqual(stranger.exception.status, 401)
        nonce = b64(os.urandom(16))
        emine.refresh(nonce, again["refresh_token"])
        emine.refresh(nonce, again["refresh_token"])

        self.assertEqual(self.circle, str(uuid.uuid5(uuid.UUID(self.space), "circle")))
        welcome = emine.round()[0]
        self.assertEqual({head["kind"] for head in welcome["documents"]} & {"circle", "plan", "network"}, {"circle", "plan"})
        idea = {"type": "propose_idea", "idea_id": new_id(), "text": "Samen naar de markt"}
        envelope = {"id": new_id(), "made_at": now(), "command": idea}
        submit = {"t": "submit", "document": self.circle, "commands": [envelope]}
        verdict = self.verdict(emine.round(submit))
        self.assertEqual(verdict["verdict"], "admitted")
        self.assertEqual(self.verdict(emine.round(submit)), verdict, "the same command counts once")
        emine.round()
        self.assertEqual(emine.entries[envelope["id"]]["sequence"], verdict["sequence"])
        # A chain that were wrong would be answered with a snapshot.
        self.assertEqual([frame["t"] for frame in emine.round()], ["welcome"])

        line = Socket(emine, self.address)
        line.send(emine.hello())
        self.assertEqual(line.until("welcome")["t"], "welcome")
        line.send({"t": "ping", "n": 7})
        self.assertEqual(line.until("pong")["n"], 7)
        self.marloes.submit(self.circle, {"type": "heart_idea", "idea_id": idea["idea_id"]})
        news = line.until("entries")
        emine.take(news)
        self.assertEqual(news["entries"][-1]["command"], "heart_idea")
        edit = {"id": new_id(), "base": {"generation": 1, "sequence": emine.cursors[self.circle]["sequence"]}, "made_at": now(),
                "command": {"type": "edit_idea", "idea_id": idea["idea_id"], "text": "Zaterdag samen naar de markt"}}
        line.send({"t": "submit", "document": self.circle, "commands": [edit]})
        self.assertEqual(line.until("verdicts")["verdicts"][0]["verdict"], "admitted")

        page = emine.call("GET", f"/v1/documents/{self.circle}")
        self.assertEqual(page["content"]["ideas"][0]["text"], "Zaterdag samen naar de markt")
        self.assertEqual(len(page["content"]["ideas"][0]["hearts"]), 1)
        (refused,) = emine.submit(self.circle, {"type": "choose_idea", "idea_id": idea["idea_id"]})
        self.assertEqual((refused["verdict"], refused["code"]), ("rejected", "forbidden"))
        self.tell_readings(emine)

        emine.call("DELETE", f"/v1/spaces/{self.space}/members/{again['person_id']}")
        last = line.until("access")
        self.assertEqual(last["access"], "none")
        self.assertEqual(line.until("nothing more"), 4403)
        with self.assertRaises(Problem) as gone:
            emine.call("GET", f"/v1/documents/{self.circle}")
        self.assertEqual((gone.exception.status, gone.exception.code), (404, "not_found"))

    def verdict(self, frames):
        return next(frame["verdicts"][0] for frame in frames if frame["t"] == "verdicts")

    def tell_readings(self, phone):
        link = sha(b"kring reads 1", uid(phone.session["device_id"]), uid(phone.session["person_id"]))
        at = now()
        link = sha(link, u64(1), u64(ms(at)), uid(self.circle))
        body = {"after": 0, "looks": [{"at": at, "document": self.circle}], "link": b64(link)}
        self.assertEqual(phone.call("POST", "/v1/devices/reads", body)["through"], 1)


if __name__ == "__main__":
    unittest.main()
