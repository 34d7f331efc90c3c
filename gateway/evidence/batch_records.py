"""A batch's records against what its event says: the root over their content, and their days. Pure.

A record whose content was kept long enough stands by its digest, and names the entry under which it was erased. The
first record of an enterprise has the id that the enterprise is known by from then on.
"""

import hashlib
import json
from collections.abc import Mapping

from connectors.store.shown import shown_line, subject_line
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import AT, UNTOLD, Entry, Members
from signing.merkle import EMPTY_ROOT, GrowingTree, leaf_hash

WHERE, SUBJECTS = "records", "subjects"
QUERY = f"""
    SELECT r.batch_id AS batch, convert_from(r.canonical, 'UTF8') AS canonical,
           CASE WHEN r.canonical IS NULL THEN encode(r.digest, 'hex') END AS digest, t.event_id AS expunged,
           r.agency, r.dataset, r.business_key AS key, r.producer, r.identifier_type, r.identifier_value, r.version,
           r.event_date, r.publish_until, {AT.format("r.recorded_at")} AS recorded_at,
           encode(uuid_send(s.subject_id), 'hex') AS subject, s.uscc, {AT.format("s.created_at")} AS created_at
    FROM record r FULL JOIN subject s ON s.subject_id = r.record_id
    LEFT JOIN record_tombstone t ON t.record_id = r.record_id ORDER BY r.batch_id, r.leaf_index
"""  # noqa: S608 - our own words
_SEALED = ("agency", "dataset", "key", "producer")
_SHOWN = ("version", "event_date", "publish_until", "identifier_type", "identifier_value")
_OTHER = "不是所记录批次的记录 are not those that were recorded of their batch"
_CHANGED = "版本、公开期限或所属主体的标识被改动 a version, the days of publication or whose it is was changed"
_OTHERS = "不是该批次首次归集的主体 are not those that their batch was the first to name"
_MOMENT = "时间与所记录的不同 a moment is not what was recorded"
_UNNAMED = "没有批次首次归集这个主体 no batch was the first to name this subject"


class BatchRecords:
    """Learns from the entries what batches there are, then takes their records, batch after batch."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison, self.count, self.subjects = comparison, 0, 0
        self._batches: dict[str, Entry] = {}
        self._all_told = True  # no batch is from before events named their subjects
        self._expunged: set[str] = set()
        self._batch: str | None = None
        self._tree, self._shown, self._subjects = GrowingTree(), hashlib.sha256(), hashlib.sha256()

    def enter(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.type == "batch.sealed" and entry.payload is not None:
            self._batches[str(entry.payload.get("batch"))] = entry
            self._all_told &= "subjects" in entry.payload
        elif entry.type == "record.expunged":
            self._expunged.add(entry.id)

    def add(self, row: Members) -> None:
        """Take the next record with the subject it was the first to name, or a subject that no record named.

        Records of a batch come together, in the order of their leaves; what is of no batch comes last.
        """
        if row.get("batch") is None:
            self._add_alone(row)
            return
        batch = str(row["batch"])
        if batch != self._batch:
            self._end()
            self._batch = batch
            self._tree, self._shown, self._subjects = GrowingTree(), hashlib.sha256(), hashlib.sha256()
        self.count += 1
        try:
            self._tree.add([self._leaf_of(batch, row)])
            told = (row[name] for name in _SHOWN)
            self._shown.update(shown_line(*told).encode())
            self._compare_moments(batch, row)
            if row.get("subject") is not None:
                self._add_subject(row)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._comparison.malformed(WHERE, batch)

    def finish(self) -> None:
        """Compare the last batch, and note those whose records are not there."""
        self._end()
        for batch, entry in self._batches.items():
            if _told(entry).get("root") != EMPTY_ROOT.hex():
                self._comparison.findings.add(WHERE, batch, "缺少记录 its records are missing")

    def _end(self) -> None:
        """Compare the batch whose records were taken."""
        if self._batch is None:
            return
        expected = _told(self._batches.pop(self._batch, None))
        if self._tree.root().hex() != expected.get("root"):
            self._comparison.findings.add(WHERE, self._batch, _OTHER)
        elif "shown" not in expected:
            self._comparison.older[WHERE] += 1
        elif self._shown.hexdigest() != expected["shown"]:
            self._comparison.findings.add(WHERE, self._batch, _CHANGED)
        told = expected.get("subjects", UNTOLD)
        if told is UNTOLD:
            self._comparison.older[SUBJECTS] += 1
        elif told != self._subjects.hexdigest():
            self._comparison.findings.add(SUBJECTS, self._batch, _OTHERS)

    def _add_subject(self, row: Members) -> None:
        self.subjects += 1
        self._subjects.update(subject_line(row["subject"], row["uscc"]).encode())

    def _compare_moments(self, batch: str, row: Members) -> None:
        """Note a record or subject of another moment than its batch, as far as the batch tells of its subjects."""
        entry = self._batches.get(batch)
        if entry is None or "subjects" not in _told(entry):
            return
        at = entry.leaf.get("ts")
        if row["recorded_at"] != at:
            self._comparison.findings.add(WHERE, f"{batch} recorded_at", _MOMENT, expected=at, found=row["recorded_at"])
        if row["subject"] is not None and row["created_at"] != at:
            self._comparison.findings.add(SUBJECTS, row["subject"], _MOMENT, expected=at, found=row["created_at"])

    def _add_alone(self, row: Members) -> None:
        self.subjects += 1
        if self._all_told:
            self._comparison.findings.add(SUBJECTS, row.get("subject"), _UNNAMED)
        else:
            self._comparison.older[SUBJECTS] += 1

    def _leaf_of(self, batch: str, row: Members) -> bytes:
        if row["canonical"] is None:
            if str(row["expunged"]) not in self._expunged:
                self._comparison.findings.add(
                    WHERE,
                    batch,
                    "有一条记录没有内容，也没有条目说明原因 a record has no content, and no entry says why",
                )
            return bytes.fromhex(row["digest"])
        sealed: Mapping[str, object] = json.loads(row["canonical"])
        if any(sealed[name] != row[name] for name in _SEALED):
            self._comparison.findings.add(
                WHERE, batch, "索引列与记录内容不符 a column differs from the record's content"
            )
        return leaf_hash(str(row["canonical"]).encode())


def _told(entry: Entry | None) -> Members:
    return (entry.payload if entry else None) or {}
