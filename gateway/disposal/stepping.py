"""A step of a case: who may take it, what it needs besides words, where the case stands then; each is an event."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gateway.disposal.files import find_files
from gateway.disposal.parties import check_office, demand_side, get_case, subject_of
from gateway.disposal.tables import DisposalCase
from gateway.disposal.transferring import check_receiver, transfer
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from risk_monitor.case_names import AUTHORITIES, MEASURES, OUTCOMES, Step
from risk_monitor.handling import WAYS, Asked, Standing, take_step

SHORTEST, LONGEST = 2, 2000
MOST_FILES = 10  # of one step
# What a step leads to: the name of the detail that says it.
TO = {
    "ask-time": "until", "ask-transfer": "to", "ask-hand-over": "office", "assign": "office", "close": "outcome",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a person says of a step: in words, with files handed in before, and what the step asks for besides.

    `until` a day, `to` an authority, `office`, `outcome`, `measure`; `reference` the number of a document.
    """

    step: Step
    words: str
    files: tuple[str, ...] = ()
    until: date | None = None
    to: str | None = None
    office: str | None = None
    outcome: str | None = None
    measure: str | None = None
    reference: str | None = None

    def details(self) -> dict[str, str]:
        """Return what is said besides words and files."""
        named = {
            "until": self.until.isoformat() if self.until else None, "to": self.to, "office": self.office,
            "outcome": self.outcome, "measure": self.measure, "reference": self.reference,
        }  # fmt: skip
        return {name: value for name, value in named.items() if value is not None}


async def step_case(work: UnitOfWork, case_id: UUID, said: Said) -> DisposalCase:
    """Take a step and return the case. Raises DeniedError where it is not the actor's to take, or not now."""
    _check(said)
    row = await get_case(work, case_id, lock=True)
    await demand_side(work, WAYS[said.step].side)
    details: dict[str, Any] = dict(said.details())
    before = standing_of(row)
    after = take_step(before, said.step, details.get(TO.get(said.step, ""), ""))
    if isinstance(after, str):
        raise DeniedError(f"case-step-{after}", case_state=row.state)
    if said.step in {"ask-hand-over", "assign"}:
        await check_office(work, details["office"])
    if said.step == "ask-transfer":
        await check_receiver(work, details["to"])
    files = await find_files(work, row.id, said.files)
    if said.step == "grant" and before.asks is not None:
        details["asked"] = before.asks.step
        if before.asks.step == "ask-transfer":
            details["deliveries"] = await transfer(work, row, before.asks.to, said.words)
    await _keep(work, row, said, details, files, after)
    return row


def standing_of(row: DisposalCase) -> Standing:
    """Return where a case stands, as the rules know it."""
    asks = Asked(row.asks["step"], row.asks["to"]) if row.asks else None
    return Standing(row.office, row.due_on, row.state, row.confirmed_at is not None, row.outcome, asks)  # type: ignore[arg-type] # checked by the table


async def _keep(
    work: UnitOfWork, row: DisposalCase, said: Said, details: dict[str, Any], files: list[str], after: Standing
) -> None:
    asks = {"step": after.asks.step, "to": after.asks.to} if after.asks else None
    payload = {
        "case": str(row.id), "number": row.steps + 1, "step": said.step, "words": said.words.strip(), "files": files,
        "details": details, "office": after.office, "state": after.state, "due_on": after.due_on.isoformat(),
        "ended": after.outcome, "asks": asks,
    }  # fmt: skip
    row.event_id = await work.record(
        "case.stepped", payload, subject=await subject_of(work, row), outcome=after.state, exchange=row.id
    )  # fmt: skip
    row.steps += 1
    row.office, row.state, row.due_on, row.outcome, row.asks = (
        after.office, after.state, after.due_on, after.outcome, asks,
    )  # fmt: skip
    if said.step == "confirm":
        row.confirmed_at = work.now
    if after.state == "closed":
        row.closed_at = work.now
    await work.session.flush()


def _check(said: Said) -> None:
    """Pass where a step says what it needs, and nothing else. Raises DeniedError."""
    if len(said.words.strip()) < SHORTEST or len(said.words) > LONGEST:
        raise DeniedError("invalid-request", f"words: 说明须有 {SHORTEST} 至 to {LONGEST} 个字符 characters")
    if len(said.files) > MOST_FILES:
        raise DeniedError("invalid-request", f"files: 最多 {MOST_FILES} 个 at most {MOST_FILES}")
    given = set(said.details())
    needed = {TO[said.step]} if said.step in TO else {"measure"} if said.step == "measure" else set[str]()
    allowed = needed | ({"reference"} if said.step == "measure" else set())
    if needed - given or given - allowed:
        named = ", ".join(sorted(needed)) or "—"
        raise DeniedError("invalid-request", f"{said.step}: 须且只须写明 says this and no more: {named}")
    known = {"to": AUTHORITIES, "outcome": OUTCOMES, "measure": MEASURES}
    for name, values in known.items():
        value = said.details().get(name)
        if value is not None and value not in values:
            raise DeniedError("invalid-request", f"{name}: {', '.join(values)}")
