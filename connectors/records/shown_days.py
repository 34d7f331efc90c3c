"""Spans of days in which a record counts for what is computed of its subject: life.py's `current`, nothing else. Pure.

Objected, repaired, withdrawn, annulled, expired, not yet begun: all these are out, which is stricter than what may be
shown. Days are days since 1970-01-01.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from connectors.records.life import PastAct, State, state_of

EPOCH = date(1970, 1, 1).toordinal()
FIRST, END = date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH + 1
Span = tuple[int, int]


def shown_spans(event: int | None, until: int | None, version: int, acts: Sequence[PastAct]) -> list[Span]:
    """Return the spans, each from its first day to the day after its last, of a current version whose subject is known.

    `event` and `until` are the record's event date and its last day of disclosure; `acts` those that concern it.
    """
    low, high = FIRST if event is None else event, END if until is None else until + 1
    if not acts:
        return [(low, high)] if low < high else []
    days = [act.effective_on.toordinal() - EPOCH for act in acts]
    spans: list[Span] = []
    for begin, end in pairwise([FIRST, *sorted(set(days)), END]):
        in_force = [act for act, day in zip(acts, days, strict=True) if day <= begin]
        span = max(begin, low), min(end, high)
        if span[0] >= span[1] or state_of(in_force, version) is not State.CURRENT:
            continue
        if spans and spans[-1][1] == span[0]:
            span = spans.pop()[0], span[1]
        spans.append(span)
    return spans
