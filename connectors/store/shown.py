"""What decides whose a record is and when it may be shown, as one digest that a batch's event names. Pure.

It is worked out when a record is stored, and stands beside its sealed content, not in it.
"""

from collections.abc import Iterable


def shown_line(version: int, event_date: str | None, publish_until: str | None, by: str, value: str) -> str:
    """Return the line of one record: its version, its days as ISO dates, and what its subject is found by."""
    return f"{version}|{event_date or ''}|{publish_until or ''}|{by}|{value}\n"


def shown_lines(
    versions: Iterable[int],
    event_dates: Iterable[str | None],
    publish_untils: Iterable[str | None],
    kinds: Iterable[str],
    values: Iterable[str],
) -> bytes:
    """Return the lines of records in the order of their leaves, as they are digested."""
    return "".join(map(shown_line, versions, event_dates, publish_untils, kinds, values)).encode()
