"""What decides whose a record is and when it may be shown, as digests that a batch's event names. Pure.

It is worked out when a record is stored, and stands beside its sealed content, not in it: the days, the subjects that
the batch was first to name, their identifiers, and the names that changed.
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


def subject_line(subject: str, uscc: str) -> str:
    """Return the line of a subject: its id in hex, and its unified code."""
    return f"{subject}|{uscc}\n"


def identifier_line(kind: str, value: str, subject: str, source: str, confidence: int) -> str:
    """Return the line of an identifier: whose it is (the subject's id in hex), who says so, how far that is trusted."""
    return f"{kind}|{value}|{subject}|{source}|{confidence}\n"


def name_line(change: int, subject: str, value: str, *, former: bool) -> str:
    """Return the line of a name that was made former, or current again: the change's number in its order."""
    return f"{change}|{subject}|{value}|{'former' if former else 'current'}\n"
