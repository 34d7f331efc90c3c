"""What somebody typed into the one search box, read every way it can be meant. Pure."""

from dataclasses import dataclass
from uuid import UUID

from connectors.conversion.identifiers import ALPHABET, Kind, read_identifier
from connectors.model.folding import code_key, name_key

LONGEST = 200
_CODE_LENGTH = 18


@dataclass(frozen=True)
class Said:
    """The text as typed and folded (`name` as names are matched, `lower` as ids are); an id; a code.

    `code` is a unified code that is right; `nearly` are the codes it would be with another check character.
    """

    text: str
    name: str
    lower: str
    id: UUID | None
    code: str | None
    nearly: tuple[str, ...]


def read_said(text: str) -> Said:
    """Read what was typed: full-width characters, blanks and small letters are put right."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    code = read_identifier(text)
    return Said(
        text, name_key(text), text.lower(), _id(text), code.value if code.kind is Kind.USCC else None, _nearly(text)
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _nearly(text: str) -> tuple[str, ...]:
    """Return the sound codes that differ from what was typed in the last character alone; none where it is sound."""
    typed = code_key(text)
    if len(typed) != _CODE_LENGTH or not typed.isascii() or read_identifier(typed).kind is Kind.USCC:
        return ()
    tried = (typed[:-1] + check for check in ALPHABET)
    return tuple(code for code in tried if read_identifier(code).kind is Kind.USCC)
