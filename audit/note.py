"""Checkpoints as signed notes (C2SP tlog-checkpoint, signed-note): written, signed and strictly read. Pure."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit.errors import NoteError
from signing.merkle import HASH_BYTES

ED25519 = b"\x01"
KEY_ID_BYTES = 4
MOST_SIGNATURES = 16
LARGEST_NOTE = 64 * 1024
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")  # \d would take every script's digits


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: the log's origin, the number of leaves, the 32-byte root."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name: str, public: bytes) -> bytes:
    """Return the 4 bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public: bytes) -> str:
    """Return the key as the text handed to auditors: name+id+key."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return the signed note."""
    body = checkpoint.body()
    line = base64.b64encode(key_id(checkpoint.origin, public_bytes(key)) + key.sign(body.encode())).decode()
    return f"{body}\n— {checkpoint.origin} {line}\n"


def verify_checkpoint(note: str, vkey: str) -> Checkpoint:
    """Return the checkpoint of a note signed by the key in `vkey`. Raises NoteError with the reason.

    Lines of unknown keys are passed over, as the specification demands; the named key's line must be there and hold.
    """
    name, public = parse_key(vkey)
    if len(note) > LARGEST_NOTE or "\r" in note:
        raise NoteError("签名文本过大或含回车符 the note is too large or has carriage returns")
    head, separator, tail = note.partition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("签名文本没有签名部分 the note has no signature part")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"签名超过 {MOST_SIGNATURES} 行 more than {MOST_SIGNATURES} signature lines")
    checkpoint = _parse_body(head)
    if checkpoint.origin != name:
        raise NoteError("检查点属于另一日志 the checkpoint is of another origin")
    wanted = key_id(name, public)
    for line in lines:
        signature = _parse_signature(line, name)
        if signature is not None and signature[:KEY_ID_BYTES] == wanted:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature[KEY_ID_BYTES:], f"{head}\n".encode())
            except InvalidSignature as fault:
                raise NoteError("签名不符 the signature does not verify") from fault
            return checkpoint
    raise NoteError("不是用本日志的密钥签名 the note is not signed by this log's key")


def _parse_signature(line: str, name: str) -> bytes | None:
    mark, _, rest = line.partition(" ")
    signer, _, encoded = rest.rpartition(" ")
    if mark != "—" or not signer:
        raise NoteError("签名行格式有误 a signature line is malformed")
    return read_base64(encoded) if signer == name else None


def _parse_body(head: str) -> Checkpoint:
    parts = head.split("\n")
    if len(parts) != 3 or not parts[0] or not _SIZE.fullmatch(parts[1]):
        raise NoteError("检查点应为三行：日志名、大小、根 a checkpoint is three lines: origin, size, root")
    root = read_base64(parts[2])
    if len(root) != HASH_BYTES or int(parts[1]) >= 1 << 63:
        raise NoteError("根须为 32 字节，大小须为 63 位以内 the root has 32 bytes and the size 63 bits")
    return Checkpoint(parts[0], int(parts[1]), root)


def parse_key(vkey: str) -> tuple[str, bytes]:
    """Return the log's name and public key of a verifier key. Raises NoteError where it is none."""
    name, _, rest = vkey.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    key = read_base64(encoded)
    if key[:1] != ED25519 or len(key) != 33 or key_id(name, key[1:]).hex() != identifier:
        raise NoteError(
            "验证公钥格式有误，或编号与公钥不符 the verifier key is malformed or its id is not that of its key"
        )
    return name, key[1:]


def note_text(note: bytes) -> str:
    """Return a note's text. Raises NoteError where it is no UTF-8."""
    try:
        return note.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise NoteError("签名文本不是 UTF-8 the note is no UTF-8") from fault


def own_lines(note: str, vkey: str) -> str:
    """Return a note with the signature lines of one key alone: what a single verifier can check to the last byte."""
    name, public = parse_key(vkey)
    head, _, tail = note.partition("\n\n")
    lines = [
        line
        for line in tail.splitlines()
        if (_parse_signature(line, name) or b"")[:KEY_ID_BYTES] == key_id(name, public)
    ]
    return "\n".join([head, "", *lines, ""])


def signers(note: str, origin: str) -> list[str]:
    """Return who signed a note beside the log itself: the names of its witnesses, unverified."""
    named = [line.removeprefix("— ").rpartition(" ")[0] for line in note.partition("\n\n")[2].splitlines()]
    return [name for name in named if name != origin]


def read_base64(encoded: str) -> bytes:
    """Read base64 in its one spelling. Raises NoteError for any other."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteError("不是 base64 not base64") from fault
    if base64.b64encode(data).decode() != encoded:  # bits left over in the last character (RFC 4648 3.5)
        raise NoteError("base64 写法不规范 not spelled as base64 has it")
    return data
