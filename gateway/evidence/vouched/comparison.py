"""Compares business rows with what the entries of the log say of them, entry by entry, in the order of the tree. Pure.

Whoever reads the entries (an export, a database) hands over each with the rows that name it, then the rows of tables
that later events change. What is kept meanwhile: one row for each inquiry under way, and what is known of the parties.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.evidence.vouched.declaration import UNTOLD, Deed, Entry, Expected, Members, Vouched, tell
from gateway.evidence.vouched.deeds import BY_EVENT, DEEDS
from gateway.evidence.vouched.findings import Findings
from gateway.evidence.vouched.parties import PARTIES

ERASING = "subject.erased"
_ROW_MISSING = "缺少该条目的那一行 the row of this entry is missing"
_NO_ENTRY = "这一行没有对应的条目 no entry of the log makes this row"
_DIFFERENT = "与记录时不同 is not what was recorded"
_MALFORMED = "格式有误，无法核对 is malformed and cannot be compared"
_UNREAD = "内容缺失，且没有删除条目说明 the payload is missing, and no entry says that it was erased"


@dataclass
class _Open:
    """A row that later entries are still about."""

    deed: Deed
    entry: Entry
    row: Members
    expected: Expected


class Comparison:
    """Takes entries and rows; `finish` returns what differs."""

    def __init__(self) -> None:
        self.findings, self.counts = Findings(), Counter[str]()
        self.older = Counter[str]()  # by table: columns that older events do not name
        self._open: dict[tuple[str, str], _Open] = {}
        self._parties: dict[str, dict[str, Expected]] = {party.name: {} for party in PARTIES}
        self._unread: dict[str, tuple[str, int]] = {}  # by subject: the first entry without payload, and how many
        self._erased: set[str] = set()

    def enter(self, entry: Entry, rows: Mapping[str, Sequence[Members]]) -> None:
        """Take the next entry, with the rows of each table of deeds that name it."""
        subject = str(entry.leaf.get("subject"))
        if entry.payload is None:
            first, count = self._unread.get(subject, (entry.id, 0))
            self._unread[subject] = (first, count + 1)
        if entry.type == ERASING:
            self._erased.add(subject)
        deeds = BY_EVENT.get(entry.type, ())
        for name in rows.keys() - {deed.name for deed in deeds}:
            self._take_unmade(_DEED[name], entry, rows[name])
        for deed in deeds:
            self._guarded(deed.name, entry.id, self._take, deed, entry, rows.get(deed.name, ()))
        for party in PARTIES:
            if fold := party.events.get(entry.type):
                self._guarded(party.name, entry.id, fold, self._parties[party.name], entry)

    def strangers(self, table: str, rows: Iterable[Members]) -> None:
        """Note rows that no entry makes."""
        for row in rows:
            self.findings.add(table, row.get("entry"), _NO_ENTRY)

    def compare_party(self, table: str, row: Members) -> None:
        """Compare a row of a table that later events change; all entries have been taken."""
        expected = self._parties[table].pop(str(row.get("key")), None)
        if expected is None:
            self.findings.add(table, row.get("key"), _NO_ENTRY)
        else:
            self._guarded(table, row.get("key"), self._compare, _PARTY[table], row.get("key"), expected, row)

    def malformed(self, where: str, what: object) -> None:
        """Note what cannot be read."""
        self.findings.add(where, what, _MALFORMED)

    def finish(self) -> None:
        """Compare what is still open, and note rows and payloads that are missing."""
        for held in self._open.values():
            self._compare(held.deed, held.entry.id, held.expected, held.row)
        for table, left in self._parties.items():
            for key, expected in left.items():
                if all(value is UNTOLD for value in expected.values()):
                    self.older[table] += 1
                else:
                    self.findings.add(table, key, _ROW_MISSING)
        for subject, (first, count) in self._unread.items():
            if subject not in self._erased or subject == "None":
                self.findings.add("payloads", first, _UNREAD, expected=0, found=count)

    def _take_unmade(self, deed: Deed, entry: Entry, rows: Sequence[Members]) -> None:
        """Take rows whose entry makes no such rows: from before they had an event of their own, or strangers."""
        if entry.type not in deed.older:
            self.strangers(deed.name, rows)
            return
        for row in rows:
            self.older[deed.name] += 1
            self._open[deed.name, str(row.get(deed.key))] = _Open(deed, entry, row, {})

    def _take(self, deed: Deed, entry: Entry, rows: Sequence[Members]) -> None:
        says = deed.events[entry.type]
        makes = says.makes(entry) if says.makes else True
        if makes is False:
            self.strangers(deed.name, rows)
            return
        place = (deed.name, str(says.key(entry))) if says.key else None
        held = self._open.pop(place, None) if place else None
        expected = tell(says.columns, entry)
        if held is None and not rows:
            if makes is UNTOLD:
                self.older[deed.name] += 1
            else:
                self.findings.add(deed.name, entry.id, _ROW_MISSING)
            return
        row = held.row if held else rows[0]
        self.strangers(deed.name, rows if held else rows[1:])
        expected = (held.expected if held else tell(says.alone, entry)) | expected
        if place and not says.ends:
            self._open[place] = _Open(deed, entry, row, expected)
        else:
            self._compare(deed, entry.id, expected, row)

    def _compare(self, table: Vouched, what: object, expected: Expected, row: Members) -> None:
        self.counts[table.name] += 1
        for name, value in expected.items():
            if value is UNTOLD:
                self.older[table.name] += 1
                continue
            read = table.read.get(name)
            found = read(row[name]) if read else row[name]
            if found != value:
                self.findings.add(table.name, f"{what} {name}", _DIFFERENT, expected=value, found=found)

    def _guarded(self, where: str, what: object, step: Any, *given: object) -> None:  # noqa: ANN401 - any step above
        """Run a step; what a forged row or payload makes it raise is a finding."""
        try:
            step(*given)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self.malformed(where, what)


_DEED = {deed.name: deed for deed in DEEDS}
_PARTY = {party.name: party for party in PARTIES}
TABLES = (*DEEDS, *PARTIES)
