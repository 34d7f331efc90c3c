"""A batch's records against what its event says: the root over their content, and their days. Pure.

A record whose content was kept long enough stands by its digest, and names the entry under which it was erased.
"""

import hashlib
import json
from collections.abc import Mapping

from connectors.store.shown import shown_line
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import Entry, Members
from signing.merkle import EMPTY_ROOT, GrowingTree, leaf_hash

WHERE = "records"
QUERY = """
    SELECT r.batch_id AS batch, convert_from(r.canonical, 'UTF8') AS canonical,
           CASE WHEN r.canonical IS NULL THEN encode(r.digest, 'hex') END AS digest, t.event_id AS expunged,
           r.agency, r.dataset, r.business_key AS key, r.producer, r.identifier_type, r.identifier_value, r.version,
           r.event_date, r.publish_until
    FROM record r LEFT JOIN record_tombstone t USING (record_id) ORDER BY r.batch_id, r.leaf_index
"""
_SEALED = ("agency", "dataset", "key", "producer")
_SHOWN = ("version", "event_date", "publish_until", "identifier_type", "identifier_value")
_OTHER = "不是所记录批次的记录 are not those that were recorded of their batch"
_CHANGED = "版本、公开期限或所属主体的标识被改动 a version, the days of publication or whose it is was changed"


class BatchRecords:
    """Learns from the entries what batches there are, then takes their records, batch after batch."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison, self.count = comparison, 0
        self._batches: dict[str, Members] = {}
        self._expunged: set[str] = set()
        self._batch: str | None = None
        self._tree, self._shown = GrowingTree(), hashlib.sha256()

    def enter(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.type == "batch.sealed" and entry.payload is not None:
            self._batches[str(entry.payload.get("batch"))] = entry.payload
        elif entry.type == "record.expunged":
            self._expunged.add(entry.id)

    def add(self, row: Members) -> None:
        """Take the next record; those of a batch come together, in the order of their leaves."""
        batch = str(row.get("batch"))
        if batch != self._batch:
            self._end()
            self._batch, self._tree, self._shown = batch, GrowingTree(), hashlib.sha256()
        self.count += 1
        try:
            self._tree.add([self._leaf_of(batch, row)])
            told = (row[name] for name in _SHOWN)
            self._shown.update(shown_line(*told).encode())
        except (KeyError, TypeError, ValueError, AttributeError):
            self._comparison.malformed(WHERE, batch)

    def finish(self) -> None:
        """Compare the last batch, and note those whose records are not there."""
        self._end()
        for batch, expected in self._batches.items():
            if expected.get("root") != EMPTY_ROOT.hex():
                self._comparison.findings.add(WHERE, batch, "缺少记录 its records are missing")

    def _end(self) -> None:
        """Compare the batch whose records were taken."""
        if self._batch is None:
            return
        expected = self._batches.pop(self._batch, None)
        if expected is None or self._tree.root().hex() != expected.get("root"):
            self._comparison.findings.add(WHERE, self._batch, _OTHER)
        elif "shown" not in expected:
            self._comparison.older[WHERE] += 1
        elif self._shown.hexdigest() != expected["shown"]:
            self._comparison.findings.add(WHERE, self._batch, _CHANGED)

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
