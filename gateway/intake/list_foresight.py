"""What a full list would end and bring back, told before it is handed in. Nothing of it is stored.

Its keys are set against the records by the very statements that take it in, within a savepoint that is undone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from uuid_utils.compat import uuid7

from connectors.decoding.layout import Layout
from connectors.model.calendar import day_of
from connectors.personal.sealing import Protector
from connectors.quality.drift import Finding
from connectors.records.endings import Changes, find_changes, list_ending
from connectors.store.ingest import Listed
from gateway.intake.full_lists import find_excess
from gateway.runtime.database import raw
from gateway.runtime.work import UnitOfWork

SHOWN_KEYS = 20


@dataclass(frozen=True)
class ListForesight:
    """What a list would end of what is known, and bring back; `keys` are the first of those that would end.

    `excess` is what a person would have to decide on. A list of which not all keys can be read ends nothing.
    """

    listed: Listed
    changes: Changes
    keys: Sequence[str]
    excess: Finding | None

    @property
    def ending(self) -> int:
        """How many records would end at once, or once somebody accepted it."""
        return 0 if self.listed.unreadable else self.changes.ending

    def lines(self) -> list[str]:
        """Return it in a line, with the first keys that would end in another."""
        listed, changes = self.listed, self.changes
        if listed.unreadable:
            zh = f"全量清单：{listed.unreadable} 行的主键读不出，不会终止任何记录"
            return [f"{zh} a full list: the keys of {listed.unreadable} rows cannot be read, it would end nothing"]
        zh = f"全量清单：会终止 {changes.known} 条现有记录中的 {self.ending} 条，恢复 {changes.returning} 条"
        en = f"it would end {self.ending} of {changes.known} current records, and bring back {changes.returning}"
        more = " …" if self.ending > len(self.keys) else ""
        keys = [f"会终止的主键 keys that would end: {'、'.join(self.keys)}{more}"] if self.keys else []
        return [f"{zh} a full list: {en}", *keys]

    def document(self) -> dict[str, Any]:
        """Return it as the interface shows it."""
        years = self.listed.years
        return {
            "years": None if years is None else sorted(years), "current": self.changes.known, "ending": self.ending,
            "returning": self.changes.returning, "keys": list(self.keys), "would_be_held": self.excess is not None,
            "unreadable_keys": self.listed.unreadable,
        }  # fmt: skip


async def foresee_list(work: UnitOfWork, protector: Protector, layout: Layout) -> ListForesight | None:
    """Return what a submission would end, None where it is no full list; its rows are read to their end."""
    from connectors.store.listed_keys import list_keys

    dataset, session, day = layout.binding.dataset, work.session, day_of(work.now)
    if dataset.delivery != "full_list":
        return None
    undone = await session.begin_nested()
    try:
        async with (await raw(session)).cursor() as cursor:
            listed = await list_keys(cursor, layout, protector, day)
        readable = listed.unreadable == 0
        changes = await find_changes(
            session, dataset.agency, dataset.dataset, uuid7(), day, listed.years, whole=readable
        )
        keys = await list_ending(session, SHOWN_KEYS)
    finally:
        await undone.rollback()
    return ListForesight(listed, changes, keys, find_excess(dataset, listed, changes) if readable else None)
