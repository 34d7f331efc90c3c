"""An entry's proof as a file: read, written and checked offline. Pure.

Two forms: the interface's JSON object, and the text of C2SP tlog-proof, whose extra data is the entry itself.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.errors import EventError, ProofError
from audit.events import commitment
from audit.note import Checkpoint, read_base64, verify_checkpoint
from signing.errors import MerkleError
from signing.merkle import HASH_BYTES, leaf_hash, verify_inclusion

TLOG_PROOF = "c2sp.org/tlog-proof@v1"
MEMBERS = frozenset({"index", "leaf", "path", "checkpoint", "opened"})
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class ProvedEntry:
    """An entry that a signed checkpoint covers: its place, its leaf's members, and its payload where it was opened."""

    index: int
    leaf: dict[str, Any]
    payload: dict[str, Any] | None


def is_entry_proof(given: object) -> bool:
    """Tell whether a file means to be the interface's proof of an entry."""
    return isinstance(given, dict) and {"leaf", "checkpoint"} <= set(given)


def verify_entry_proof(given: Mapping[str, Any], vkey: str) -> tuple[ProvedEntry, Checkpoint]:
    """Check the interface's proof of an entry. Raises AuditError with what is wrong."""
    if set(given) - {"differs"} != MEMBERS:  # `differs` says how it was found, nothing about the entry
        raise ProofError("证明的成员不对 the proof has other members than a proof of an entry")
    if not isinstance(given["checkpoint"], str):
        raise ProofError("证明格式不对 the proof is not as one is written")
    checkpoint = verify_checkpoint(given["checkpoint"], vkey)
    opened = given["opened"]
    if opened is not None and not (isinstance(opened, dict) and set(opened) == {"salt", "payload"}):
        raise ProofError("条目内容的成员不对 `opened` has other members than salt and payload")
    return verify_entry({**given, **(opened or {"salt": None, "payload": None})}, checkpoint), checkpoint


def verify_entry(entry: Mapping[str, Any], checkpoint: Checkpoint) -> ProvedEntry:
    """Check index, leaf and path (hex) against a checkpoint that was verified, and payload against the leaf.

    `salt` and `payload` are both None where they are erased. Raises ProofError with what is wrong.
    """
    try:
        index, text, salt, payload = (entry[name] for name in ("index", "leaf", "salt", "payload"))
        path = [read_hex(step) for step in entry["path"]]
        if type(index) is not int:
            raise ProofError("序号须为整数 the index is no whole number")
        verify_inclusion(leaf_hash(text.encode()), index, checkpoint.size, path, checkpoint.root)
        leaf = json.loads(text)
        if (salt is None) != (payload is None):
            raise ProofError("条目的内容不全 the entry's payload is incomplete")
        if payload is None:
            return ProvedEntry(index, leaf, None)
        if not hmac.compare_digest(commitment(read_hex(salt), payload.encode()), leaf["c"]):
            raise ProofError("条目的内容被改动 the entry's payload is not the one that was recorded")
        return ProvedEntry(index, leaf, json.loads(payload))
    except MerkleError as fault:
        raise ProofError(f"包含证明不成立 a path does not lead to the checkpoint's root: {fault}") from fault
    except EventError as fault:
        raise ProofError(f"条目的盐值不对 the salt is none: {fault}") from fault
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ProofError("证明格式不对 the proof is not as one is written") from fault


def write_tlog_proof(index: int, leaf: bytes, path: Sequence[bytes], note: str) -> str:
    """Return an entry's proof as C2SP tlog-proof has it, with the entry as its extra data."""
    steps = [base64.b64encode(step).decode() for step in path]
    return "\n".join([TLOG_PROOF, f"extra {base64.b64encode(leaf).decode()}", f"index {index}", *steps, "", note])


def verify_tlog_proof(text: str, vkey: str) -> tuple[ProvedEntry, Checkpoint]:
    """Check a C2SP tlog-proof whose extra data is the entry. Raises AuditError with what is wrong."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != TLOG_PROOF:
        raise ProofError(f"不是 {TLOG_PROOF} this is not as a tlog-proof is written")
    if len(lines) < 3 or not lines[1].startswith("extra "):
        raise ProofError("证明中没有条目本身 the entry itself is not in the proof, as its extra data")
    index = _INDEX.fullmatch(lines[2])
    if index is None:
        raise ProofError("序号格式不对 the index is not as a tlog-proof has it")
    checkpoint = verify_checkpoint(note, vkey)
    steps = [read_base64(line) for line in lines[3:]]
    if any(len(step) != HASH_BYTES for step in steps):
        raise ProofError("路径须为 32 字节的散列 a step of the path has 32 bytes")
    try:
        leaf = read_base64(lines[1].removeprefix("extra ")).decode()
    except UnicodeDecodeError as fault:
        raise ProofError("条目不是 UTF-8 the entry is no UTF-8") from fault
    entry = {"index": int(index[1]), "leaf": leaf, "path": [step.hex() for step in steps]}
    return verify_entry({**entry, "salt": None, "payload": None}, checkpoint), checkpoint


def read_hex(text: str) -> bytes:
    """Read lower-case hex; raises ProofError for any other spelling."""
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise ProofError("十六进制须小写 hex is written in lower case")
    return data
