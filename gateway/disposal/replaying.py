"""A case played again from the log alone, by the rules that every step was taken by, and held against its row.

1. Its first entry says what was found and where it went; each step after it is taken again by the rules.
2. What the rules lead to is compared with what the entry says came of it; numbers that are missing are told.
3. What all steps come to is compared with the row. Nothing is believed of the row meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gateway.disposal.history import OPENED, Noted, read_history
from gateway.disposal.stepping import TO
from gateway.disposal.tables import DisposalCase
from gateway.records.access import demand_overseer
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from risk_monitor.handling import Standing, take_step


@dataclass(frozen=True)
class Difference:
    """Where the log, the rules and the row do not say the same: where (None: the row), of what, what each has."""

    step: int | None
    what: str
    expected: object
    found: object


@dataclass(frozen=True)
class Replay:
    """A case as the log has it: its entries, and what is different."""

    case: UUID
    noted: Sequence[Noted]
    differences: Sequence[Difference]


async def replay_case(work: UnitOfWork, case_id: UUID) -> Replay:
    """Play a case again, and record that it was. Raises DeniedError for whoever does not oversee, and for no case."""
    demand_overseer(work)
    noted = await read_history(work, case_id)
    row = await work.session.get(DisposalCase, case_id, populate_existing=True)
    if not noted and row is None:
        raise DeniedError("case-not-found")
    differences = list(compare(noted, row))
    payload = {"case": str(case_id), "steps": len(noted), "differences": len(differences)}
    await work.record(
        "case.replayed", payload, outcome="differs" if differences else "same", exchange=case_id
    )  # fmt: skip
    return Replay(case_id, noted, differences)


def compare(noted: Sequence[Noted], row: DisposalCase | None) -> Iterator[Difference]:
    """Yield what is different between the entries, the rules and the row. Pure."""
    if any(one.says is None for one in noted):
        yield Difference(None, "erased", None, sum(one.says is None for one in noted))
        return
    first = noted[0].says if noted and noted[0].type == OPENED else None
    if first is None:
        yield Difference(0, "entry", OPENED, None)
        return
    standing = Standing(first["office"], date.fromisoformat(first["due_on"]))
    expected = _opened(noted[0], first)
    for number, one in enumerate(noted[1:], 1):
        says = one.says or {}
        if says.get("number") != number:
            yield Difference(number, "number", number, says.get("number"))
            return
        after = take_step(standing, says["step"], says["details"].get(TO.get(says["step"], ""), ""))
        if isinstance(after, str):
            yield Difference(number, says["step"], "—", after)
            return
        standing = after
        told = _stands(standing)
        yield from (Difference(number, name, told[name], says[name]) for name in told if says[name] != told[name])
        expected |= {**told, "steps": number, "event_id": str(one.entry)}
        if says["step"] == "confirm":
            expected["confirmed_at"] = one.at.isoformat()
        if standing.state == "closed":
            expected["closed_at"] = one.at.isoformat()
    found = _row(row) if row else dict.fromkeys(expected)
    yield from (
        Difference(None, name, expected[name], found[name]) for name in expected if found[name] != expected[name]
    )


def _opened(noted: Noted, says: dict[str, Any]) -> dict[str, Any]:
    found = ("subject", "type", "level", "score", "version", "points", "found_on")
    return {
        **{name: says[name] for name in found}, "opened_by": noted.by, "opened_at": noted.at.isoformat(),
        **_stands(Standing(says["office"], date.fromisoformat(says["due_on"]))), "confirmed_at": None,
        "closed_at": None, "steps": 0, "event_id": str(noted.entry),
    }  # fmt: skip


def _stands(case: Standing) -> dict[str, Any]:
    asks = {"step": case.asks.step, "to": case.asks.to} if case.asks else None
    return {
        "office": case.office, "state": case.state, "due_on": case.due_on.isoformat(), "ended": case.outcome,
        "asks": asks,
    }  # fmt: skip


def _row(row: DisposalCase) -> dict[str, Any]:
    moments = {name: getattr(row, name) for name in ("opened_at", "confirmed_at", "closed_at")}
    return {
        **{name: getattr(row, name) for name in ("subject", "type", "level", "score", "version", "points", "steps")},
        "found_on": row.found_on.isoformat(), "opened_by": row.opened_by, "office": row.office, "state": row.state,
        "due_on": row.due_on.isoformat(), "ended": row.outcome, "asks": row.asks, "event_id": str(row.event_id),
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }  # fmt: skip
