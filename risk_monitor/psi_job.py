"""Private set intersection over P-256: a file by itself, run by a Python that has openmined-psi.

    python psi_job.py < ask.json > answer.json

ask.json       do, codes, key (hex; none: a new one), request, setup, response (base64), size (of the other set)
do = setup     the message of the side that learns nothing: {key, message}
do = request   the message of the side that learns: {key, message}
do = answer    what the side that learns nothing answers a request with: {message}
do = learn     which codes are in both sets: {found}

The same key and codes make the same message: so it can be shown later which set was used. The other side's bytes are
read here, in a process of their own. Exit status 3: they are not what was agreed, and standard error says how.
"""

import base64
import json
import sys
from typing import Any

import private_set_intersection.python as psi
from google.protobuf.message import DecodeError

NOT_AGREED = 3
_NO_FALSE_ONES = 1e-9  # unused by the raw structure, in which nothing is found that is not there


def setup(ask: dict[str, Any]) -> dict[str, Any]:
    """Encrypt our set under our key, for the side that learns."""
    server = _server(ask)
    message = server.CreateSetupMessage(_NO_FALSE_ONES, ask["size"], ask["codes"], psi.DataStructure.RAW)
    return {"key": server.GetPrivateKeyBytes().hex(), "message": _text(message)}


def request(ask: dict[str, Any]) -> dict[str, Any]:
    """Encrypt our set under our key, to have it encrypted under theirs as well."""
    client = _client(ask)
    return {"key": client.GetPrivateKeyBytes().hex(), "message": _text(client.CreateRequest(ask["codes"]))}


def answer(ask: dict[str, Any]) -> dict[str, Any]:
    """Encrypt what they sent under our key as well."""
    asked = _read(psi.Request(), ask["request"])
    _demand(asked.reveal_intersection, "reveal_intersection")
    _demand(len(asked.encrypted_elements) == ask["size"], "size")
    return {"message": _text(_server(ask).ProcessRequest(asked))}


def learn(ask: dict[str, Any]) -> dict[str, Any]:
    """Find which of our codes are in their set."""
    theirs, answered = _read(psi.ServerSetup(), ask["setup"]), _read(psi.Response(), ask["response"])
    _demand(len(theirs.raw.encrypted_elements) == ask["size"], "size")
    _demand(len(answered.encrypted_elements) == len(ask["codes"]), "response")
    found = _client(ask).GetIntersection(theirs, answered)
    return {"found": sorted(ask["codes"][at] for at in found)}


def _server(ask: dict[str, Any]) -> Any:  # noqa: ANN401 - the library's own
    key = ask.get("key")
    return psi.server.CreateFromKey(bytes.fromhex(key), True) if key else psi.server.CreateWithNewKey(True)  # noqa: FBT003


def _client(ask: dict[str, Any]) -> Any:  # noqa: ANN401 - the library's own
    key = ask.get("key")
    return psi.client.CreateFromKey(bytes.fromhex(key), True) if key else psi.client.CreateWithNewKey(True)  # noqa: FBT003


def _read(message: Any, encoded: str) -> Any:  # noqa: ANN401 - the library's own
    message.ParseFromString(base64.b64decode(encoded, validate=True))
    return message


def _text(message: Any) -> str:  # noqa: ANN401 - the library's own
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode()


def _demand(holds: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise ValueError(what)


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    try:
        made = {"setup": setup, "request": request, "answer": answer, "learn": learn}[wanted["do"]](wanted)
    except (ValueError, RuntimeError, DecodeError) as fault:
        sys.stderr.write(str(fault).splitlines()[0][:200])
        sys.exit(NOT_AGREED)
    json.dump(made, sys.stdout)
