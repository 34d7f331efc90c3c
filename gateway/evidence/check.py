"""Whether exported rows are what the log's leaves say, checked offline. Pure but for reading files.

1. Every payload must fit its leaf's commitment; one that is missing needs an entry that says it was erased.
2. Every row of the tables in vouched/ must be what the entries say of it, and none may be missing.
3. Every batch's records must lead to the root its payload names, and what it said of whose they are to its digests.

Entries that no signed checkpoint covered yet come last, from a file of their own. Files are read line by line.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from audit.layout import read_bundle, tile_path, widths
from gateway.evidence.batch_contents import QUERIES, BatchContents
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import Entry, Members
from gateway.evidence.vouched.deeds import DEEDS
from gateway.evidence.vouched.findings import Difference, Findings
from gateway.evidence.vouched.parties import PARTIES
from gateway.evidence.vouched.payloads import WHERE as PAYLOADS
from gateway.evidence.vouched.payloads import read_payload
from gateway.runtime.errors import GatewayError

FOLDER, SINCE = "rows", "since"
MOST_SAID = 20


class EvidenceError(GatewayError):
    """A row is not what the log says it was."""

    def __init__(self, findings: Findings) -> None:
        """Say the first differences of each kind of row, and how many there are."""
        said = "\n".join(str(one) for one in _of_each_kind(findings.told)[:MOST_SAID])
        super().__init__(f"{findings.total} 处不符 differences:\n{said}")
        self.findings = findings


def _of_each_kind(told: Sequence[Difference]) -> list[Difference]:
    """Return the first of every kind, then every second, and so on: many of one kind hide none of another."""
    counts: Counter[str] = Counter()
    ranks = []
    for one in told:
        ranks.append(counts[one.where])
        counts[one.where] += 1
    return [one for _, one in sorted(zip(ranks, told, strict=True), key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Rows:
    """What was compared: rows of each kind, what older events do not name, entries no checkpoint covers yet."""

    counts: dict[str, int]
    older: dict[str, int] = field(default_factory=dict)
    unsigned: int = 0


def verify_rows(folder: Path, size: int) -> Rows:
    """Check the rows beside a verified log. Raises EvidenceError with what differs."""
    comparison = Comparison()
    contents = BatchContents(comparison)
    files = {deed.name: _Rows(folder, deed.name, comparison) for deed in DEEDS}
    payloads, since = _Rows(folder, PAYLOADS, comparison), _Rows(folder, SINCE, comparison)
    count = 0
    for entry in chain(_entries(folder, size, payloads, comparison), _unsigned(since, comparison)):
        comparison.enter(entry, {name: rows for name, file in files.items() if (rows := file.take(entry.id))})
        contents.enter(entry)
        count += 1
    for name, file in files.items():
        comparison.strangers(name, file)
    comparison.strangers(PAYLOADS, payloads)
    for party in PARTIES:
        for row in _Rows(folder, party.name, comparison):
            comparison.compare_party(party.name, row)
    comparison.finish()
    for name in QUERIES:
        for row in _Rows(folder, name, comparison):
            contents.add(name, row)
    contents.finish()
    if comparison.findings.total:
        raise EvidenceError(comparison.findings)
    return Rows({**contents.counts, **comparison.counts}, dict(comparison.older), count - size)


def read_entries(folder: Path, size: int) -> Iterator[Entry]:
    """Yield the entries of a verified log with their payloads, in the order of the tree; None for one that is missing.

    Raises EvidenceError at the end where a payload is not the one that was recorded, or a row is none.
    """
    comparison = Comparison()
    payloads = _Rows(folder, PAYLOADS, comparison)
    yield from _entries(folder, size, payloads, comparison)
    comparison.strangers(PAYLOADS, payloads)
    if comparison.findings.total:
        raise EvidenceError(comparison.findings)


class _Rows:
    """The rows of a file, one after the other; lines that are no rows are noted and passed over."""

    def __init__(self, folder: Path, name: str, comparison: Comparison) -> None:
        self._rows = _read(folder / FOLDER / f"{name}.ndjson", name, comparison)
        self._next = next(self._rows, None)

    def take(self, entry: str) -> list[Members]:
        """Return the next rows, as far as they name this entry."""
        taken: list[Members] = []
        while self._next is not None and str(self._next.get("entry")) == entry:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken

    def __iter__(self) -> Iterator[Members]:
        while self._next is not None:
            row, self._next = self._next, next(self._rows, None)
            yield row


def _read(path: Path, name: str, comparison: Comparison) -> Iterator[Members]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    row = None
                if isinstance(row, dict):
                    yield row
                else:
                    comparison.malformed(name, number)
    except OSError as fault:
        comparison.findings.add(name, path.name, f"无法读取 cannot be read: {type(fault).__name__}")


def _entries(folder: Path, size: int, payloads: _Rows, comparison: Comparison) -> Iterator[Entry]:
    for n, width in widths(size, 0):
        for raw in read_bundle((folder / tile_path("entries", n, width)).read_bytes(), width):
            leaf = json.loads(raw)
            entry = str(leaf.get("id"))
            rows = payloads.take(entry)
            yield Entry(entry, leaf, read_payload(leaf, entry, rows[0], comparison.findings) if rows else None)


def _unsigned(rows: _Rows, comparison: Comparison) -> Iterator[Entry]:
    for row in rows:
        try:
            leaf = json.loads(row["leaf"])
            entry = str(leaf["id"])
            payload = read_payload(leaf, entry, row, comparison.findings) if "payload" in row else None
            yield Entry(entry, leaf, payload)
        except (KeyError, TypeError, ValueError, AttributeError):
            comparison.malformed(SINCE, row.get("entry"))
