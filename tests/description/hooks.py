"""Lets the cases meet something that exists: without it every id would be answered with a 404.

Which id takes part in a case depends on nothing but the case, so that a seed makes the same run again.
"""

import json
import os
import uuid
import zlib

import schemathesis
from hypothesis import strategies

WORLD = json.loads(os.environ["KRING_WORLD"])

# Of four ids that a case makes up, three become one that exists.
KEEP_EVERY = 4

# Operations that take something away, and the ids that they may take; anything else would end the run early.
VICTIMS = {
    ("POST", "/v1/devices/{id}/revoke"): ("id", WORLD["spare_devices"]),
    ("DELETE", "/v1/spaces/{id}"): ("id", WORLD["spare_spaces"]),
    ("DELETE", "/v1/spaces/{id}/members/{person_id}"): ("person_id", WORLD["spare_members"]),
}

# A device whose list of readings is told wrongly is listened to no longer, so another one of the same person tells.
TELLING = ("POST", "/v1/devices/reads")


def is_uuid(value: object) -> bool:
    try:
        return str(uuid.UUID(str(value))) == value
    except ValueError:
        return False


def choose(ids: list[str], value: str) -> str:
    return ids[zlib.crc32(value.encode()) % len(ids)] if ids else value


def existing(path: str) -> list[str]:
    return WORLD["documents"] if path.startswith("/v1/documents/") else [WORLD["space"]]


if WORLD["token"]:

    @schemathesis.auth(refresh_interval=None)
    class Bearer:
        def get(self, case, context):
            key = (case.operation.method.upper(), case.operation.path)
            return WORLD["telling_token"] if key == TELLING else WORLD["token"]

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    key = (context.operation.method.upper(), context.operation.path)
    for name, value in (path_parameters or {}).items():
        if not is_uuid(value) or zlib.crc32(value.encode()) % KEEP_EVERY == 0:
            continue
        victim, victims = VICTIMS.get(key, (None, []))
        if name == victim:
            path_parameters[name] = choose(victims, value)
        elif name == "id" and not key[1].startswith("/v1/devices/"):
            path_parameters[name] = choose(existing(key[1]), value)
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """Keeps a chain of calls from signing out its own device, or from deleting what the other cases need."""
    key = (case.operation.method.upper(), case.operation.path)
    if key not in VICTIMS:
        return
    name, victims = VICTIMS[key]
    value = case.path_parameters.get(name)
    if is_uuid(value) and value in WORLD["needed"]:
        case.path_parameters[name] = choose(victims, value) if victims else str(uuid.uuid5(uuid.NAMESPACE_OID, value))


def cbor(value: object) -> bytes:
    """The little of RFC 8949 that a frame needs."""
    if isinstance(value, int):
        return cbor_head(0, value)
    if isinstance(value, str):
        text = value.encode()
        return cbor_head(3, len(text)) + text
    if isinstance(value, list):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    assert isinstance(value, dict)
    return cbor_head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


def cbor_head(major: int, number: int) -> bytes:
    for bits, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256**size:
            return bytes([major << 5 | bits]) + number.to_bytes(size, "big")
    raise ValueError(number)


def frames():
    """One round of sync: a greeting, and commands for documents of the space."""
    documents = strategies.sampled_from(WORLD["documents"])
    numbers = strategies.integers(min_value=0, max_value=2**64 - 1)
    cursor = strategies.fixed_dictionaries({"document": documents, "generation": numbers, "sequence": numbers})
    hello = strategies.fixed_dictionaries(
        {"t": strategies.just("hello"), "protocol": strategies.just(1), "cursors": strategies.lists(cursor, max_size=3)}
    )
    command = strategies.fixed_dictionaries(
        {
            "id": strategies.uuids().map(str),
            "command": strategies.fixed_dictionaries({"type": strategies.text(max_size=20)}),
        }
    )
    submit = strategies.fixed_dictionaries(
        {"t": strategies.just("submit"), "document": documents, "commands": strategies.lists(command, max_size=3)}
    )
    return strategies.builds(lambda first, rest: cbor([first, *rest]), hello, strategies.lists(submit, max_size=2))


schemathesis.openapi.media_type("application/cbor", strategies.one_of(frames(), strategies.binary(max_size=64)))
