"""How an invitation that two people decided on is handed over: a link by who approved, a word by who asked. Pure.

Neither opens it alone, so that nobody who decided on it enrols in the place of the person. Both are made from the
change and the instance's key, and kept nowhere.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from gateway.people.factors import spell

_GROUPS = 3


@dataclass(frozen=True)
class Handover:
    """The parts of an invitation: what its link holds, and the word that is typed beside it."""

    link: str
    word: str

    @property
    def token(self) -> str:
        """What opens the invitation."""
        return joined(self.link, self.word)


def handover_of(kek: bytes, change: UUID) -> Handover:
    """Return the parts of the invitation that a change makes."""
    link, word = (hmac.digest(kek, b"invitation " + part + change.bytes, "sha256") for part in (b"link", b"word"))
    return Handover(urlsafe_b64encode(link).decode().rstrip("=") + ".", spell(word, _GROUPS))


def lacks_word(token: str) -> bool:
    """Tell whether a link's token is good with a word alone."""
    return token.endswith(".")


def joined(link: str, word: str) -> str:
    """Return what opens an invitation, however the word was typed."""
    return link + "".join(word.lower().replace("-", " ").split())
