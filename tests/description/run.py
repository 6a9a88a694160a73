"""Holds what `/openapi.json` says against what a real server does, as every role and as nobody.

Each role gets a server, a space and people of its own, so that nothing a case deletes is missed by another role.
Schemathesis makes the cases; `hooks.py` puts ids that exist into most of them. Needs only the standard library.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent

ROLES = [
    "professional",
    "client",
    "representative",
    "member",
    "carer",
    "backup",
    "colleague",
    "carer_consultant",
    "nobody",
]

# Things of each kind that a case may revoke, remove or delete; when they are used up the answer is a 404.
SPARE = 6

# Cases per operation beside those that Schemathesis derives from the description itself.
EXAMPLES = 8

# The same cases every time.
SEED = 34

# Bounds that would end a run before the cases do.
UNLIMITED = [
    "--commands-per-second=1000000",
    "--command-burst=1000000",
    "--requests-per-second=1000000",
    "--request-burst=1000000",
    "--stranger-requests-per-second=1000000",
    "--stranger-request-burst=1000000",
    "--wrong-codes=1000000",
    "--wrong-codes-overall=1000000",
]


class Server:
    """A server on a directory of its own."""

    def __init__(self, binary: str, directory: str) -> None:
        self.binary, self.directory = binary, directory
        command = [binary, "serve", f"--data={directory}", "--listen=127.0.0.1:0", *UNLIMITED]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KRING_")}
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.url = self._ready()

    def _ready(self) -> str:
        for line in self.process.stderr:
            log = line.decode()
            if "ready" in log and "address" in log:
                break
        else:
            raise SystemExit("the server did not start")
        address = log.split("127.0.0.1:", 1)[1]
        port = "".join(digit for digit in address[:6] if digit.isdigit())
        # Whatever it logs from now on is of no interest, and must not fill the pipe.
        subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> dict:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read() or b"{}")

    def professional(self) -> dict:
        command = [self.binary, "admin", "invite-professional", "--name=Marloes", f"--data={self.directory}"]
        return self.sign_in(json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))["code"], "Marloes")

    def sign_in(self, code: str, name: str) -> dict:
        return self.call("POST", "/v1/sign-in", {"code": code, "device_name": "telefoon", "display_name": name})

    def invite(self, inviter: dict, space: str, role: str, name: str) -> dict:
        body = {"role": role, "name": name}
        code = self.call("POST", f"/v1/spaces/{space}/invitations", body, inviter["access_token"])["code"]
        return self.sign_in(code, name)

    def space(self, professional: dict) -> dict:
        body = {"space_id": str(uuid.uuid4()), "name": "Rond Joost"}
        return self.call("POST", "/v1/spaces", body, professional["access_token"])


def prepare(server: Server, role: str) -> dict:
    """Makes a space with everybody in it; the token of `role`, and the ids of what there is."""
    professional = server.professional()
    space = server.space(professional)
    space_id = space["space_id"]
    client = server.invite(professional, space_id, "client", "Joost")
    people = {"professional": professional, "client": client, "nobody": None}
    for other in ROLES:
        if other not in people:
            inviter = client if other in ("representative", "carer_consultant") else professional
            people[other] = server.invite(inviter, space_id, other, other)
    circle = space["documents"]["circle"]
    idea = {"type": "propose_idea", "idea_id": str(uuid.uuid4()), "text": "samen vissen"}
    command = {"id": str(uuid.uuid4()), "command": idea}
    server.call("POST", f"/v1/documents/{circle}/commands", {"commands": [command]}, people["member"]["access_token"])
    me = people[role]
    owner = professional if role == "professional" else client
    spare_members = [server.invite(owner, space_id, "member", f"lid {n}")["person_id"] for n in range(SPARE)]
    devices, spare_spaces, telling = [], [], None
    if me:
        code = server.call("POST", "/v1/devices/codes", None, me["access_token"])["code"]
        telling = server.sign_in(code, role)
        for _ in range(SPARE):
            code = server.call("POST", "/v1/devices/codes", None, me["access_token"])["code"]
            devices.append(server.sign_in(code, role)["device_id"])
    if role == "professional":
        spare_spaces = [server.space(professional)["space_id"] for _ in range(SPARE)]
    return {
        "token": me["access_token"] if me else None,
        "telling_token": telling["access_token"] if telling else None,
        "space": space_id,
        "documents": list(space["documents"].values()),
        "spare_spaces": spare_spaces,
        "spare_members": spare_members,
        "spare_devices": devices,
        "needed": [space_id, *([telling["device_id"]] if telling else []), *(them[key] for them in people.values() if them for key in ("person_id", "device_id"))],
    }


def drive(binary: str, schemathesis: str, role: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="kring-description-") as directory:
        server = Server(binary, directory)
        try:
            world = prepare(server, role)
            command = [
                schemathesis,
                "run",
                f"{server.url}/openapi.json",
                "--checks=all",
                "--exclude-checks=positive_data_acceptance",
                f"--max-examples={EXAMPLES}",
                f"--seed={SEED}",
                "--workers=1",
                "--no-color",
                *sys.argv[3:],
            ]
            environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", KRING_WORLD=json.dumps(world))
            environment["PYTHONPATH"] = str(HERE)
            result = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
            print(f"as {role}: {summary(result.stdout)}", flush=True)
            if result.returncode != 0:
                print(result.stdout, result.stderr, sep="\n", flush=True)
            return result.returncode == 0
        finally:
            server.stop()


def summary(output: str) -> str:
    lines = [line.strip("= ") for line in output.splitlines() if line.strip("= ")]
    return lines[-1] if lines else "no output"


if __name__ == "__main__":
    roles = os.environ.get("KRING_ROLES", "").split() or ROLES
    outcomes = [drive(sys.argv[1], sys.argv[2], role) for role in roles]
    sys.exit(0 if all(outcomes) else 1)
