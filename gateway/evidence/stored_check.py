"""One walk over the stored log, with everything that is compared on the way: tree, search columns, payloads, rows.

All at one moment, in memory that does not grow with the log.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from audit.note import public_bytes, verifier_key
from audit.stored import StoredEntry, count_entries, differing, leaf_members, read_tree, read_waiting
from audit.tree_check import TreeCheck, fault_while_waiting
from gateway.evidence.batch_contents import QUERIES, BatchContents
from gateway.evidence.business_rows import ONE_MOMENT, StoredRows, in_order
from gateway.evidence.export import open_payload
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import Entry, Members
from gateway.evidence.vouched.deeds import DEEDS
from gateway.evidence.vouched.findings import Findings
from gateway.evidence.vouched.parties import PARTIES
from gateway.evidence.vouched.payloads import read_payload
from gateway.runtime.work import UnitOfWork

Progress = Callable[[int, int], None]
_COLUMNS = "可检索列与叶子不符 what it is searched by is not what its leaf says"


@dataclass(frozen=True)
class Checked:
    """What was checked: entries in the tree and beside it, rows by kind; what older events do not name; findings."""

    entries: int
    waiting: int
    rows: dict[str, int]
    older: dict[str, int]
    findings: Findings


async def check_stored(work: UnitOfWork, progress: Progress, *, tree: bool) -> Checked:
    """Compare business state with the log, and with `tree` the log with itself. The unit is still unused."""
    await work.session.execute(ONE_MOMENT)
    return await _Walk(work, tree=tree).run(progress)


class _Walk:
    def __init__(self, work: UnitOfWork, *, tree: bool) -> None:
        self._work, self._session, self._log = work, work.session, work.recorder.log_id
        self._comparison = Comparison()
        self._contents = BatchContents(self._comparison)
        self._rows = {deed.name: StoredRows(work.session, in_order(deed.query)) for deed in DEEDS}
        vkey = verifier_key(work.recorder.origin, public_bytes(work.keys.audit_key()))
        found = self._comparison.findings.add
        self._tree = TreeCheck(work.session, self._log, vkey, found) if tree else None

    async def run(self, progress: Progress) -> Checked:
        """Walk, then compare what later entries could have changed."""
        leaves, waiting = await count_entries(self._session, self._log)
        done = 0
        for rows in self._rows.values():
            await rows.begin()
        async for chunk in read_tree(self._session, self._log, 0, leaves):
            if self._tree:
                await self._tree.enter(chunk)
            await self._enter(chunk)
            done += len(chunk)
            progress(done, leaves + waiting)
        async for chunk in read_waiting(self._session, self._log):
            for entry in chunk:
                if said := fault_while_waiting(entry):
                    self._comparison.findings.add("entries", entry.event_id, said)
            await self._enter(chunk)
            done += len(chunk)
            progress(done, leaves + waiting)
        await self._finish()
        counts = {**self._contents.counts, **self._comparison.counts}
        return Checked(leaves, waiting, counts, dict(self._comparison.older), self._comparison.findings)

    async def _enter(self, chunk: Iterable[StoredEntry]) -> None:
        for stored in chunk:
            leaf = leaf_members(stored.leaf)
            if stored.leaf is not None and (columns := differing(leaf, stored.event_id, stored.columns)):
                self._comparison.findings.add("entries", f"{stored.event_id} {' '.join(columns)}", _COLUMNS)
            entry = Entry(str(stored.event_id), leaf, self._open(stored, leaf))
            rows = {name: await rows.take(entry.id) for name, rows in self._rows.items() if rows.names(entry.id)}
            self._comparison.enter(entry, rows)
            self._contents.enter(entry)

    def _open(self, stored: StoredEntry, leaf: Members) -> Members | None:
        """Return an entry's payload, None where there is none."""
        opened = open_payload(self._work.recorder, stored)
        if opened is None or stored.leaf is None:
            return None
        return read_payload(leaf, stored.event_id, opened, self._comparison.findings)

    async def _finish(self) -> None:
        for name, rows in self._rows.items():
            async for row in rows.rest():
                self._comparison.strangers(name, [row])
        for party in PARTIES:
            async for row in (await StoredRows(self._session, party.query).begin()).rest():
                self._comparison.compare_party(party.name, row)
        self._comparison.finish()
        for name, query in QUERIES.items():
            async for row in (await StoredRows(self._session, query).begin()).rest():
                self._contents.add(name, row)
        self._contents.finish()
        if self._tree:
            await self._tree.finish()
