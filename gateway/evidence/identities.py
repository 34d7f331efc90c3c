"""Whose each code and name is, against the events of the batches that said so. Pure.

A batch's event has a digest over the identifiers the batch was first to give, and one over the names it made former or
current again. What the newest change of a name says is when it became former.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.store.shown import identifier_line, name_line
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import AT, UNTOLD, Entry, Members

IDENTIFIERS, NAMES = "identifiers", "name-changes"
IDENTIFIERS_QUERY = f"""
    SELECT batch_id AS batch, kind, value, encode(uuid_send(subject_id), 'hex') AS subject, source, confidence,
           {AT.format("recorded_at")} AS recorded_at, {AT.format("former_since")} AS former_since,
           {AT.format("ended_at")} AS ended_at
    FROM subject_identifier WHERE batch_id IS NOT NULL OR recorded_at IS NULL
    ORDER BY batch_id, kind COLLATE "C", value COLLATE "C", subject_id
"""  # noqa: S608 - our own words
NAMES_QUERY = """
    SELECT batch_id AS batch, change_id AS change, encode(uuid_send(subject_id), 'hex') AS subject, value, former
    FROM name_change ORDER BY batch_id, change_id
"""
_NO_BATCH = "没有批次或人员的决定说明 no batch and nobody's decision gave it"
_OTHER = "不是该批次所记录的 are not those that were recorded of their batch"
_MOMENT = "时间与所记录的不同 a moment is not what was recorded"


@dataclass(frozen=True)
class _Batch:
    at: str
    agency: object
    told: Members


class Identities:
    """Learns from the entries what batches there are; then takes the changes of names, and last the identifiers."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._batches: dict[str, _Batch] = {}
        self._untold_until = ""  # when the newest batch was sealed whose event does not tell
        self._changed: dict[tuple[str, str, str], tuple[int, str | None]] = {}  # by name: its newest change
        self.names = _Digests(comparison, NAMES, "names", self._batches)
        self.identifiers = _Digests(comparison, IDENTIFIERS, "identifiers", self._batches)

    def enter(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.type != "batch.sealed" or entry.payload is None:
            return
        at = str(entry.leaf.get("ts"))
        self._batches[str(entry.payload.get("batch"))] = _Batch(at, entry.payload.get("agency"), entry.payload)
        if "identifiers" not in entry.payload:
            self._untold_until = max(self._untold_until, at)

    def add_change(self, row: Members) -> None:
        """Take the next change of a name; those of a batch come together."""
        self._guarded(NAMES, row, self._add_change)

    def add_identifier(self, row: Members) -> None:
        """Take the next identifier, after all changes; those of a batch come together."""
        self._guarded(IDENTIFIERS, row, self._add_identifier)

    def finish(self) -> None:
        """Compare the last batch, and note batches whose rows are missing."""
        self.names.finish()
        self.identifiers.finish()
        for subject, _, value in self._changed:
            self._comparison.findings.add(
                NAMES, f"{subject} {value}", "缺少所变更的名称 the name that changed is missing"
            )

    def _guarded(self, where: str, row: Members, step: Callable[[Members], None]) -> None:
        try:
            step(row)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._comparison.malformed(where, row.get("batch"))

    def _add_change(self, row: Members) -> None:
        batch, change = str(row["batch"]), row["change"]
        self.names.add(batch, name_line(change, row["subject"], row["value"], former=row["former"]))
        if known := self._batches.get(batch):
            key = (row["subject"], str(known.agency), row["value"])
            if change > self._changed.get(key, (0, None))[0]:
                self._changed[key] = (change, known.at if row["former"] else None)

    def _add_identifier(self, row: Members) -> None:
        what, add = f"{row['subject']} {row['kind']} {row['value']}", self._comparison.findings.add
        since = row["former_since"]
        if row["batch"] is None:
            self._take_older(what, fault=_NO_BATCH)
            return
        line = identifier_line(row["kind"], row["value"], row["subject"], row["source"], row["confidence"])
        self.identifiers.add(str(row["batch"]), line)
        known = self._batches.get(str(row["batch"]))
        if known and known.at != row["recorded_at"]:
            add(IDENTIFIERS, f"{what} recorded_at", _MOMENT, expected=known.at, found=row["recorded_at"])
        if row["ended_at"] is not None:  # only what a person decided is taken back
            add(IDENTIFIERS, f"{what} ended_at", _MOMENT, expected=None, found=row["ended_at"])
        changed = self._changed.pop((row["subject"], row["source"], row["value"]), None)
        expected = changed[1] if changed and row["kind"] == "name" else None
        if since == expected:
            return
        if changed is None and isinstance(since, str) and since <= self._untold_until:
            self._comparison.older[IDENTIFIERS] += 1
        else:
            add(IDENTIFIERS, f"{what} former_since", _MOMENT, expected=expected, found=since)

    def _take_older(self, what: str, *, fault: str) -> None:
        """Take a row that nothing vouches for: from before there was such a thing, or a finding."""
        if self._untold_until:
            self._comparison.older[IDENTIFIERS] += 1
        else:
            self._comparison.findings.add(IDENTIFIERS, what, fault)


class _Digests:
    """Digests the lines of each batch, and compares them with what its event says."""

    def __init__(self, comparison: Comparison, where: str, member: str, batches: dict[str, _Batch]) -> None:
        self._comparison, self._where, self._member, self._batches = comparison, where, member, batches
        self._batch: str | None = None
        self._lines: Any = hashlib.sha256()
        self._seen: set[str] = set()
        self.count = 0

    def add(self, batch: str, line: str) -> None:
        """Take the next line; those of a batch come together."""
        if batch != self._batch:
            self._end()
            self._batch, self._lines = batch, hashlib.sha256()
        self.count += 1
        self._lines.update(line.encode())

    def finish(self) -> None:
        """Compare the last batch, and those that have no lines."""
        self._end()
        self._batch, self._lines = None, hashlib.sha256()
        for batch in self._batches.keys() - self._seen:
            self._compare(batch)

    def _end(self) -> None:
        if self._batch is not None:
            self._compare(self._batch)

    def _compare(self, batch: str) -> None:
        self._seen.add(batch)
        known, digest = self._batches.get(batch), self._lines.hexdigest()
        expected = known.told.get(self._member, UNTOLD) if known else None
        if expected is not UNTOLD and expected != digest:
            self._comparison.findings.add(self._where, batch, _OTHER, expected=expected, found=digest)
        elif expected is UNTOLD and batch == self._batch:
            self._comparison.older[self._where] += 1
