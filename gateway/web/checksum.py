"""The checksum of one piece of an upload (tus 1.0, checksum extension)."""

import base64
import binascii
import hashlib

from gateway.runtime.denial import DeniedError

ALGORITHMS = ("sha1", "sha256")  # the standard demands the first
MISMATCH = 460  # the standard's own status


class Checksum:
    """A checksum that was announced, and what has come so far."""

    def __init__(self, announced: str) -> None:
        """Take `Upload-Checksum`. Raises DeniedError where it is none that we know."""
        name, _, value = announced.partition(" ")
        try:
            self._wanted = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as fault:
            raise DeniedError("invalid-request", "Upload-Checksum 不是 base64 the value is no base64.") from fault
        if name not in ALGORITHMS:
            raise DeniedError("invalid-request", f"Upload-Checksum 算法不支持 use {' or '.join(ALGORITHMS)}.")
        self._digest = hashlib.new(name, usedforsecurity=False)

    def update(self, chunk: bytes) -> None:
        """Take more in."""
        self._digest.update(chunk)

    def check(self) -> None:
        """Raise DeniedError unless what came is what was announced."""
        if self._digest.digest() != self._wanted:
            detail = (
                "这一段与 Upload-Checksum 不符，请重发 This piece is not what its checksum says; it was thrown away: "
                "send it again."
            )
            raise DeniedError("checksum-mismatch", detail)
