"""What was done with a case, as the log has it: each step with who, when and in which words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.search import find_of_exchange
from gateway.runtime.work import UnitOfWork

OPENED, STEPPED = "case.opened", "case.stepped"


@dataclass(frozen=True)
class Noted:
    """An entry of a case: what happened, by whom, when; what it says, None where that was erased with its subject."""

    entry: UUID
    type: str
    by: str
    at: datetime
    says: dict[str, Any] | None

    @property
    def number(self) -> int:
        """Which step it is: 0 where the case was opened, and where nobody can tell any more."""
        return int(self.says.get("number", 0)) if self.says else 0


async def read_history(work: UnitOfWork, case_id: UUID, subject: UUID | None = None) -> Sequence[Noted]:
    """Return the entries that made a case what it is, the first one first; with its subject, fewer are looked at."""
    found = await find_of_exchange(work.session, work.recorder.log_id, case_id, (OPENED, STEPPED), subject)
    opened = await work.recorder.find_payloads(work.session, [entry for entry, *_ in found])
    noted = [
        Noted(
            entry, kind, str(leaf.get("actor")), datetime.fromisoformat(str(leaf.get("ts"))),
            json.loads(opened[entry]["payload"]) if entry in opened else None,
        )
        for entry, kind, leaf in found
    ]  # fmt: skip
    return sorted(noted, key=lambda one: (one.number, one.entry.int))
