"""Official acts upon enterprises: police filings, abnormal listings, revocations, cancellations; records and cases.

What is objected to counts for nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.records.beyond import load_others
from connectors.records.portfolio import ShownRecord
from gateway.runtime.work import UnitOfWork

Act = Literal["case", "abnormal", "revoked", "cancelled"]
ACTS: tuple[Act, ...] = get_args(Act)
# By dataset: the field that says what was done, and what its codes are here; without a field it is one thing.
_READ: Mapping[str, tuple[str, Mapping[str, Act]]] = {
    "risk_disposal": ("action", {"case": "case", "abnormal": "abnormal", "revoke": "revoked"}),
    "ent_cancellation": ("action", {"cancelled": "cancelled", "revoked": "revoked"}),
    "abnormal_operation": ("", {"": "abnormal"}),
}
# How a case ended that ended by an act.
OUTCOMES: Mapping[str, Act] = {
    "police-filed": "case", "listed-abnormal": "abnormal", "revoked": "revoked", "cancelled": "cancelled",
}  # fmt: skip
_CLOSED = text("""
    SELECT subject, outcome, closed_at FROM disposal_case
    WHERE outcome = ANY(CAST(:outcomes AS text[])) AND subject = ANY(CAST(:subjects AS bigint[]))
""")
_PIECE = 5_000  # enterprises whose records are read together


@dataclass(frozen=True)
class Done:
    """An act and its day."""

    act: Act
    day: date


async def load_acts(work: UnitOfWork, codes: Mapping[int, str | None]) -> dict[int, list[Done]]:
    """Return the acts upon enterprises, given by number with their code, in the order of their days."""
    found: dict[int, list[Done]] = {number: [] for number in codes}
    numbers = {code: number for number, code in codes.items() if code}
    named = sorted(numbers)
    for begin in range(0, len(named), _PIECE):
        held = await load_others(work.session, named[begin : begin + _PIECE], _READ.keys(), day_of(work.now))
        for code, records in held.items():
            found[numbers[code]] += _of_records(records)
    rows = await work.session.execute(_CLOSED, {"outcomes": list(OUTCOMES), "subjects": list(codes)})
    for row in rows:
        found[row.subject].append(Done(OUTCOMES[row.outcome], day_of(row.closed_at)))
    return {number: sorted(acts, key=lambda one: (one.day, one.act)) for number, acts in found.items()}


def _of_records(records: Collection[ShownRecord]) -> list[Done]:
    done = []
    for one in records:
        field, codes = _READ[one.dataset]
        act = codes.get(one.fields.get(field, "") if field else "")
        if act and one.event_date and not one.objected:
            done.append(Done(act, one.event_date))
    return done
