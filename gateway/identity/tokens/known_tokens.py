"""Access tokens that were verified a short while ago, so that a signature is not verified anew for every request.

What may end a token before its time is asked about by whoever reads it, at every request (clients/access.py): what is
remembered here is only what the token says.
"""

import hashlib

from gateway.identity.tokens.access_tokens import AccessToken, read
from gateway.runtime.keystore import KeyStore

LIFE_SECONDS = 60  # then it is verified again
MOST = 20_000  # of one process: some 20 MB


class KnownTokens:
    """The tokens one process has verified, by their digest; no token itself is kept."""

    def __init__(self, keys: KeyStore, issuer: str) -> None:
        """Verify by these keys, for this issuer."""
        self._keys, self._issuer = keys, issuer
        self._known: dict[bytes, tuple[AccessToken, float]] = {}
        self._under: object = None

    def read(self, token: str, now: float) -> AccessToken:
        """Return what a token says. Raises TokenError, as `read` of access_tokens.py does."""
        if self._under is not self._keys.publics("token"):  # other keys than those the tokens were verified with
            self._known, self._under = {}, self._keys.publics("token")
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        said, until = self._known.get(digest, (None, 0.0))
        if said is not None and now < until:
            return said
        self._known.pop(digest, None)
        said = read(token, self._keys, self._issuer, now)
        if len(self._known) >= MOST:
            del self._known[next(iter(self._known))]  # the one that was verified first
        self._known[digest] = said, min(now + LIFE_SECONDS, said.ends)
        return said
