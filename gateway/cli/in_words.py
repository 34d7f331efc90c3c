"""What an interface answers, made readable in a table: a code with its word before it, a moment by the clock.

JSON keeps the codes and the texts as they came.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def coded(code: Any, words: Mapping[str, str]) -> Any:  # noqa: ANN401 - members of JSON
    """Return a code with its Chinese word before it, of a list each; as it is where there is no word."""
    if isinstance(code, list):
        return [coded(one, words) for one in code]
    return f"{words[code]} {code}" if code in words else code


def moment(text: str | None) -> datetime | None:
    """Return the moment that an RFC 3339 text says, None for none."""
    return datetime.fromisoformat(text) if text else None
