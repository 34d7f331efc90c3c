"""Signed statements as they are stored: short, and the same text to the byte when they are read. Pure.

Nearly all that an answer says, every other answer says too: it is deflated (RFC 1951) with a sample of such a statement
as its dictionary, and without the base64 that it is sent in. A sample is never changed, since what was packed with it
is read with it; a better one is a file with another number.
"""

import zlib
from functools import cache
from pathlib import Path

from signing.compact import encode_segment
from signing.errors import SignatureError

SAMPLE = 1  # what statements are packed with now
LARGEST = 4 * 1024 * 1024
_SAMPLES = Path(__file__).with_name("samples")
_LEVEL, _WINDOW, _MEMORY = 1, -14, 6  # no header or checksum; a sample and a statement lie within 16 KB


def pack(token: str, statement: bytes) -> bytes:
    """Pack a statement of ours in compact form (RFC 7515 7.1); `statement` is what it signs."""
    header, _, signature = token.split(".")
    strategy = zlib.Z_DEFAULT_STRATEGY
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, strategy, _sample(SAMPLE))
    parts = b"\n".join((header.encode(), signature.encode(), statement))
    return bytes([SAMPLE]) + deflating.compress(parts) + deflating.flush()


def unpack(stored: bytes) -> str:
    """Return the text that was packed, or that was stored as it is: no text begins as what is packed does.

    Raises SignatureError for what is neither.
    """
    try:
        if stored[:1].isalnum():
            return stored.decode()
        inflating = zlib.decompressobj(_WINDOW, _sample(stored[0]))
        parts = inflating.decompress(stored[1:], LARGEST)
        if not inflating.eof or inflating.unused_data:
            raise SignatureError("存储的签名文本不完整 what is stored of the statement is not whole")
        header, signature, statement = parts.split(b"\n", 2)
        return b".".join((header, encode_segment(statement), signature)).decode()
    except (zlib.error, IndexError, OSError, ValueError) as fault:
        raise SignatureError("存储的签名文本已损坏 what is stored of the statement is damaged") from fault


@cache
def _sample(number: int) -> bytes:
    return (_SAMPLES / f"answer-{number}.json").read_bytes()
