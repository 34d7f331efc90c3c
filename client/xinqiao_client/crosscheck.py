"""For another supervisor: take part in a private cross-check with a gateway, once, over HTTP.

    python -m xinqiao_client.crosscheck ISSUER CLIENT KEY CHECK CODES FOLDER

CODES is a file with one unified social credit code a line. What this side binds itself to is in FOLDER before anything
is sent: both signed commitments in CHECK.log, and in CHECK.opening.json what its own is opened with at an audit. That
file holds the whole set: keep it as you keep the list. Needs openmined-psi (`xinqiao-client[private]`).
"""

import hashlib
import json
import os
import secrets
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from xinqiao_client.client import Xinqiao
from xinqiao_client.errors import XinqiaoError
from xinqiao_client.keys import Key, load_key, sign

COMMITMENT_TYPE = "xinqiao-crosscheck-commitment+jws"
MESSAGE_TYPE = "xinqiao-crosscheck-message+jws"
RECEIPT_TYPE = "xinqiao-crosscheck-receipt+jws"
PREFIX = b"xinqiao-crosscheck-set-v1\n"
_REGISTRY = jws.JWSRegistry(algorithms=["Ed25519"])
_ARGUMENTS = 7  # its own name, and six


class CrossCheckError(ValueError):
    """The gateway did not do what was agreed, or this side must not go on."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: the codes that are in both sets, None where the other side alone learns them."""

    found: Sequence[str] | None
    receipt: Mapping[str, Any]


class Counterpart(Xinqiao):
    """The client of a counterpart. Nothing is sent twice: a step that broke off is not taken again."""

    def __init__(self, issuer: str, client_id: str, key: Key, *, timeout: float = 180) -> None:
        """Speak to `issuer` as `client_id` with its private key."""
        super().__init__(issuer, client_id, key, timeout=timeout, attempts=1)

    def take_part(self, check: str, codes: Sequence[str], folder: Path) -> Outcome:
        """Compare a set with the gateway's. Raises XinqiaoError, CrossCheckError."""
        terms, own = self.get(f"/v1/crosschecks/{check}/terms"), sorted(set(codes))
        said = self._read(terms["statement"], COMMITMENT_TYPE)
        if said["check"] != check or said["commitment"] != terms["commitment"]:
            raise CrossCheckError("声明是另一次核对的 the statement is another check's")
        if not 0 < len(own) <= said["cap"]:
            raise CrossCheckError(f"集合须有 1 至 {said['cap']} 个代码 a set has 1 to {said['cap']} codes: {len(own)}")
        salt = secrets.token_bytes(32)
        mine = hashlib.sha256(PREFIX + salt + "\n".join(own).encode()).hexdigest()
        answers = hashlib.sha256(terms["statement"].encode()).hexdigest()
        claims = {"check": check, "size": len(own), "commitment": mine, "answers": answers}
        bound = self._sign(claims, COMMITMENT_TYPE)
        side = _Side(said["learner"] == "counterpart", own)
        opening = {"check": check, "salt": salt.hex(), "key": side.key(), "codes": own}
        _write(folder / f"{check}.opening.json", json.dumps(opening))
        log = folder / f"{check}.log"
        _write(log, f"{terms['statement']}\n{bound}\n")
        theirs = b64decode(
            self._call("POST", f"/v1/crosschecks/{check}/commitment", json={"statement": bound})["message"]
        )
        message, response = side.answer(theirs, said["size"])
        sent = self._sign(
            {"check": check, "commitment": mine, "message": hashlib.sha256(message).hexdigest()}, MESSAGE_TYPE
        )
        body = {"statement": sent, "message": _text(message), "response": _text(response)}
        done = self._call("POST", f"/v1/crosschecks/{check}/message", json=body)
        with log.open("a") as file:
            file.write(f"{sent}\n{done['receipt']}\n")
        receipt = self._read(done["receipt"], RECEIPT_TYPE)
        agreed = {"check": check, "commitment": said["commitment"], "their_commitment": mine}
        if {name: receipt.get(name) for name in agreed} != agreed:
            raise CrossCheckError("回执与承诺不符 the receipt is not of what was committed")
        if receipt["message"] != hashlib.sha256(theirs).hexdigest():
            raise CrossCheckError("回执与所收不符 the receipt is not of what was sent")
        return Outcome(side.learn(theirs, b64decode(done["response"])) if side.learns else None, receipt)

    def _sign(self, claims: Mapping[str, Any], typ: str) -> str:
        return sign({"kid": self._key.kid or self._key.thumbprint(), "typ": typ}, {"v": 1, **claims}, self._key)

    def _read(self, statement: str, typ: str) -> dict[str, Any]:
        """Return what the gateway signed. Raises CrossCheckError."""
        public = self.get("/.well-known/xinqiao-keys")["delivery"]
        key = OKPKey.import_key({name: public[name] for name in ("kty", "crv", "x")})
        try:
            read = jws.deserialize_compact(statement.encode(), key, registry=_REGISTRY)
        except (JoseError, ValueError) as fault:
            raise CrossCheckError("不是此网关签的 not signed by this gateway") from fault
        if read.headers().get("typ") != typ:
            raise CrossCheckError(f"不是 not a {typ}")
        told: dict[str, Any] = json.loads(read.payload)
        return told


class _Side:
    """What our side computes: the one that learns asks, the other one answers."""

    def __init__(self, learns: bool, codes: Sequence[str]) -> None:  # noqa: FBT001 - which of the two
        try:
            import private_set_intersection.python as psi  # noqa: PLC0415 - an extra of its own
        except ImportError as fault:
            raise CrossCheckError("没有 openmined-psi there is no openmined-psi: xinqiao-client[private]") from fault
        self._psi, self.learns, self._codes = psi, learns, list(codes)
        self._own = (psi.client if learns else psi.server).CreateWithNewKey(True)  # noqa: FBT003 - the library's own

    def key(self) -> str:
        """Return the key it runs under, for the opening."""
        return str(self._own.GetPrivateKeyBytes().hex())

    def answer(self, theirs: bytes, size: int) -> tuple[bytes, bytes]:
        """Return our set encrypted and, where we do not learn, what we answer their request with."""
        if self.learns:
            return _bytes(self._own.CreateRequest(self._codes)), b""
        asked = self._psi.Request()
        asked.ParseFromString(theirs)
        if len(asked.encrypted_elements) != size:
            raise CrossCheckError("对方的集合与承诺的大小不同 their set is not of the size they committed to")
        setup = self._own.CreateSetupMessage(1e-9, size, self._codes, self._psi.DataStructure.RAW)
        return _bytes(setup), _bytes(self._own.ProcessRequest(asked))

    def learn(self, theirs: bytes, answered: bytes) -> list[str]:
        """Return the codes that are in both sets."""
        setup, response = self._psi.ServerSetup(), self._psi.Response()
        setup.ParseFromString(theirs)
        response.ParseFromString(answered)
        return sorted(self._codes[at] for at in self._own.GetIntersection(setup, response))


def _bytes(message: Any) -> bytes:  # noqa: ANN401 - the library's own
    made: bytes = message.SerializeToString(deterministic=True)
    return made


def _text(message: bytes) -> str:
    return b64encode(message).decode()


def _write(path: Path, text: str) -> None:
    """Write a new file that its owner alone can read. Raises FileExistsError: a check is taken part in once."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    """Take part, and print the codes that were found, one a line."""
    if len(sys.argv) != _ARGUMENTS:
        sys.exit(__doc__)
    issuer, client, key, check, codes, folder = sys.argv[1:]
    try:
        with Counterpart(issuer, client, load_key(key)) as counterpart:
            outcome = counterpart.take_part(check, Path(codes).read_text("utf-8").split(), Path(folder))
    except FileExistsError as fault:
        sys.exit(f"失败 failed: 已有 {fault.filename}，每次核对只参加一次 it is there: a check is taken part in once")
    except (XinqiaoError, CrossCheckError, OSError, ValueError) as fault:
        sys.exit(f"失败 failed: {fault}")
    print("\n".join(outcome.found) if outcome.found is not None else "完成，结果只由对方得知 done: they alone learn it")


if __name__ == "__main__":
    main()
