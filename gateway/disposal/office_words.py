"""What an office is called on a page: its division, with the code that it is known by."""

from gateway.console.words import Words
from risk_monitor.divisions import name_of


def office_name(words: Words, code: str) -> str:
    """Return an office's division and its code; the code alone where it has no name here."""
    name = name_of(code)
    return code if name.zh == code else f"{words.either(name.zh, name.en)} {code}"
