"""The paper that an enterprise signs: the text that the console shows, in Chinese, and room for signature and seal."""

from typing import Any

from consent.terms import Terms
from gateway.consents.shown import Lines, digest_of
from gateway.console.words import words_in

LANGUAGE = "zh"  # what is printed and signed, whoever prints it
_FILLED_IN = (
    "paper-sheet-signed", "paper-sheet-id", "paper-sheet-mandate", "paper-sheet-seal", "paper-sheet-day",
)  # fmt: skip
_ROOM = "\u3000"


def sheet_of(terms: Terms, lines: Lines) -> dict[str, Any]:
    """Return what the page of the paper shows of a request whose text are these lines."""
    words = words_in(LANGUAGE)
    named = [(words("paper-sheet-consent"), str(terms.consent_id)), (words("paper-sheet-text"), digest_of(lines))]
    room = [(words(key), _ROOM) for key in _FILLED_IN]
    return {"lines": lines, "agreed": words("paper-sheet-agree"), "named": named, "signed": room}
