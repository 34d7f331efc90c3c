"""Acts upon many records that came with one event, against its digest: what full lists ended and brought back. Pure."""

from connectors.records.ended_acts import ActsDigest
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import AT, UNTOLD, Entry, Members, Told, always, leaf, said, tell

WHERE = "set-acts"
QUERY = f"""
    SELECT event_id AS entry, record_id AS record, dataset, agency, business_key AS key, version, number, kind, state,
           hides, lasting, effective_on, reason, document, actor, act_batch, term,
           {AT.format("recorded_at")} AS recorded_at
    FROM record_act WHERE kind IN ('end', 'return') ORDER BY event_id, record_id
"""  # noqa: S608 - our own words
_SAME = {name: said(name) for name in ("act_batch", "agency", "dataset", "effective_on", "reason", "document")}
_EACH: dict[str, Told] = _SAME | {
    "actor": leaf("actor"), "recorded_at": leaf("ts"), "lasting": always(value=False), "term": always(None),
}  # fmt: skip
EVENTS: dict[str, dict[str, Told]] = {
    "records.ended": _EACH | {"kind": always("end"), "state": always("ended"), "hides": always(value=True)},
    "records.returned": _EACH | {"kind": always("return"), "state": always("current"), "hides": always(value=False)},
}
_NO_ENTRY = "这一行没有对应的条目 no entry of the log makes this row"
_DIFFERENT = "与记录时不同 is not what was recorded"
_OTHER = "不是该条目所记录的 are not those that were recorded"


class SetActs:
    """Learns from the entries which acts were done together, then takes the acts, entry by entry."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison, self.count = comparison, 0
        self._entries: dict[str, Entry] = {}
        self._entry: str | None = None
        self._acts = ActsDigest()

    def enter(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.type in EVENTS:
            self._entries[entry.id] = entry

    def add(self, row: Members) -> None:
        """Take the next act; those of an entry come together, in the order of their records."""
        if str(row.get("entry")) != self._entry:
            self._end()
            self._entry, self._acts = str(row.get("entry")), ActsDigest()
        self.count += 1
        try:
            self._acts.add(row["record"], row["key"], row["version"], row["number"])
            if entry := self._entries.get(str(self._entry)):
                self._compare(entry, row)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._comparison.malformed(WHERE, self._entry)

    def finish(self) -> None:
        """Compare the last acts, and note entries whose acts are missing."""
        self._end()
        for entry in self._entries:
            self._comparison.findings.add(WHERE, entry, "缺少该条目的操作 the acts of this entry are missing")

    def _compare(self, entry: Entry, row: Members) -> None:
        for name, value in tell(EVENTS[entry.type], entry).items():
            if value is not UNTOLD and row.get(name) != value:
                what = f"{entry.id} {name}"
                self._comparison.findings.add(WHERE, what, _DIFFERENT, expected=value, found=row.get(name))

    def _end(self) -> None:
        """Compare the acts that were taken with their entry."""
        if self._entry is None:
            return
        entry = self._entries.pop(self._entry, None)
        if entry is None:
            self._comparison.findings.add(WHERE, self._entry, _NO_ENTRY)
            return
        for name, found in (("count", self._acts.count), ("acts", self._acts.hexdigest())):
            if (expected := said(name)(entry)) not in {UNTOLD, found}:
                self._comparison.findings.add(WHERE, self._entry, _OTHER, expected=expected, found=found)
