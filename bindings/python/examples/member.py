"""A member's phone: joins with a code, reads the circle, proposes an idea without a network, and shares it."""

import asyncio
import json
import sys
import tempfile
import uuid
from pathlib import Path

from kring import Kring


async def main(server: str, code: str) -> None:
    path = Path(tempfile.mkdtemp()) / "member.kring"
    phone = Kring.open(str(path), "member.py", "nl")
    joined = await phone.sign_in(server, code, "member.py", "Emine")
    await phone.sync_once()
    print("joined", joined.space, "as", joined.role)

    circle = next(document for document in phone.documents(joined.space) if document.kind == "circle")
    for idea in json.loads(phone.read(circle.id))["content"]["ideas"]:
        print("  ", "♥" * len(idea["hearts"]) or "·", idea["text"])

    # No network is needed from here on: the edit is safe when `submit` returns.
    idea = {"type": "propose_idea", "idea_id": str(uuid.uuid4()), "text": "Samen naar de markt"}
    receipt = phone.submit(circle.id, json.dumps(idea))
    print("saved here:", receipt.id)

    report = await phone.sync_once()
    print("shared:", report.answered, "still waiting:", report.waiting)
    phone.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: member.py SERVER CODE")
    asyncio.run(main(sys.argv[1], sys.argv[2]))
