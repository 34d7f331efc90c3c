"""What a reason of the error table says to the reader of a page, in one language."""

from gateway.console.words import Words
from gateway.web.error_table import ERRORS


def clause(words: Words, reason: str) -> str | None:
    """Return what a reason means, without the stop at its end; None for one that the table does not have."""
    row = ERRORS.get(reason)
    return None if row is None else words.either(row.title_zh, row.title_en).rstrip("。.")


def title_and_remedy(words: Words, reason: str) -> str:
    """Return what a reason means and what to do about it. Raises KeyError for one that the table does not have."""
    row = ERRORS[reason]
    return words.either(f"{row.title_zh}{row.remedy_zh}", f"{row.title_en} {row.remedy_en}")
