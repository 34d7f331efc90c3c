"""What would be lost of a submission that is held: the columns that are not read, beside what differs."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connectors.decoding.layout import lay_out
from connectors.drafting.unread import LONGEST_LOOKED_AT, Leftovers, UnreadColumn
from connectors.quality.drift import Finding
from gateway.intake.submission import Submission


def look_over(submission: Submission) -> list[UnreadColumn]:
    """Read a submission to its end and return its unread columns, counted.

    Raises MalformedError where it cannot be read: nobody could accept it.
    """
    layout = lay_out(submission.dataset, submission.read())
    leftovers = Leftovers(layout.binding)
    for _ in leftovers.watch(layout).table.rows:
        pass
    return leftovers.columns()


def with_loss(findings: Sequence[Finding], unread: Sequence[UnreadColumn]) -> list[dict[str, Any]]:
    """Return the findings as they are kept: a new column says what is lost with it, then come the other unread ones."""
    left, told = list(unread), []  # two columns may have one heading
    for finding in findings:
        label = finding.column[:LONGEST_LOOKED_AT] if finding.kind == "column_new" else None
        column = next((column for column in left if column.column == label), None)
        if column:
            left.remove(column)
        zh, en = column.loss if column else ("", "")
        of_column = msgspec.to_builtins(column) if column else {}
        told.append({**of_column, **msgspec.to_builtins(finding), "zh": finding.zh + zh, "en": finding.en + en})
    return told + [{"kind": "column_unread", **column.document()} for column in left if column.values]
