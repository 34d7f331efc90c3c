"""DPoP nonces without a memory (RFC 9449 8): a MAC over a window of time, the same in every worker."""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

WINDOW_SECONDS = 120


class Nonces:
    """Makes and checks nonces; each is good in the window it was made in and the next."""

    def __init__(self, kek: bytes) -> None:
        """Derive a key of its own from the KEK."""
        self._key = HKDF(hashes.SHA256(), 32, salt=None, info=b"xinqiao dpop nonce").derive(kek)

    def make(self, now: float) -> str:
        """Return the nonce of the current window."""
        return self._of(int(now // WINDOW_SECONDS))

    def good(self, nonce: str | None, now: float) -> bool:
        """Return whether a nonce is of this window or the last."""
        window, given = int(now // WINDOW_SECONDS), (nonce or "").encode("utf-8", "replace")
        return any(hmac.compare_digest(given, self._of(at).encode()) for at in (window, window - 1))

    def _of(self, window: int) -> str:
        digest = hmac.new(self._key, window.to_bytes(8, "big"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
