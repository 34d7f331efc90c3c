"""Whether exported rows are what the log's leaves say, checked offline. Pure but for reading files.

1. Every opened payload must fit its leaf's commitment, so the payloads are the ones recorded.
2. Every batch, consent, answer, charge and usage result must be the one its payload names, by digest.
3. Every batch's records must lead to the root its payload names; every entry that makes a row must have it. A record
   whose content was kept long enough stands by its digest, and names the entry under which the content was erased.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from audit.events import commitment
from audit.layout import read_bundle, tile_path, widths
from gateway.runtime.errors import GatewayError
from signing.canonical import sha256_hex
from signing.merkle import leaf_hash, root_of

Members = dict[str, Any]
FOLDER = "rows"
# Which rows each kind of entry makes: one that is missing was taken away.
MADE_BY = {
    "batches": lambda kind: kind == "batch.sealed",
    "consents": lambda kind: kind.startswith("consent."),
    "answers": lambda kind: kind == "inquiry.answered",
    "charges": lambda kind: kind == "inquiry.answered",
    "usage-results": lambda kind: kind == "usage.reported",
}


class EvidenceError(GatewayError):
    """A row is not what the log says it was."""


def verify_rows(folder: Path, size: int) -> dict[str, int]:
    """Check the rows beside a verified log and return how many there were of each kind. Raises EvidenceError."""
    leaves = {leaf["id"]: leaf for leaf in _leaves(folder, size)}
    payloads = _payloads(folder, leaves)
    counts: Counter[str] = Counter(payloads=len(payloads))
    for name, check in CHECKS.items():
        seen = set()
        for row in _read(folder, name):
            entry = str(row["entry"])
            if entry not in leaves:
                raise EvidenceError(
                    f"{name}：有一行指向日志中没有的条目 {entry} a row names the entry {entry}, which is not in the log"
                )
            if entry in payloads and not check(row, payloads[entry]):
                raise EvidenceError(
                    f"{name}：条目 {entry} 的那一行与记录时不同 "
                    f"the row of entry {entry} is not the one that was recorded"
                )
            seen.add(entry)
        made = {entry for entry, leaf in leaves.items() if MADE_BY[name](leaf["type"])}
        if missing := made - seen:
            raise EvidenceError(f"{name}：缺少条目 {min(missing)} 的那一行 the row of entry {min(missing)} is missing")
        counts[name] = len(seen)
    counts["records"] = _verify_records(folder, {p["batch"]: p for p in payloads.values() if "root" in p}, leaves)
    return dict(counts)


def _payloads(folder: Path, leaves: Mapping[str, Members]) -> dict[str, Members]:
    opened = {}
    for row in _read(folder, "payloads"):
        leaf = leaves.get(str(row["entry"]))
        if leaf is None or commitment(bytes.fromhex(row["salt"]), row["payload"].encode()) != leaf["c"]:
            raise EvidenceError(
                f"条目 {row['entry']} 的内容与记录时不同 "
                f"the payload of entry {row['entry']} is not the one that was recorded"
            )
        opened[str(row["entry"])] = json.loads(row["payload"])
    return opened


def _verify_records(folder: Path, batches: Mapping[str, Members], entries: Mapping[str, Members]) -> int:
    count, left = 0, set(batches)
    for batch, rows in groupby(_read(folder, "records"), lambda row: str(row["batch"])):
        leaves = [_leaf_of(row, entries) for row in rows]
        if batch not in left or root_of(leaves).hex() != batches[batch]["root"]:
            raise EvidenceError(
                f"批次 {batch} 的记录与所记的根不符 "
                f"records: those of batch {batch} do not lead to the root that was recorded"
            )
        left.discard(batch)
        count += len(leaves)
    if missing := [batch for batch in left if batches[batch]["root"] != root_of([]).hex()]:
        raise EvidenceError(f"缺少批次 {min(missing)} 的记录 records: those of batch {min(missing)} are missing")
    return count


def _leaf_of(row: Members, entries: Mapping[str, Members]) -> bytes:
    if row["canonical"] is not None:
        return leaf_hash(str(row["canonical"]).encode())
    if entries.get(str(row["expunged"]), {}).get("type") != "record.expunged":
        raise EvidenceError(
            f"批次 {row['batch']} 有一条记录没有内容，也没有条目说明原因 "
            f"records: one of batch {row['batch']} has no content, and no entry says why"
        )
    return bytes.fromhex(row["digest"])


def _digest_is(member: str, named: str) -> Callable[[Members, Members], bool]:
    return lambda row, payload: sha256_hex(str(row[member]).encode()) == payload.get(named)


def _consent_is(row: Members, payload: Members) -> bool:
    same = (row["version"], row["receipt"]) == (payload["version"], payload["receipt"])
    return same and sha256_hex(str(row["terms"]).encode()) == payload["terms"]


def _charge_is(row: Members, payload: Members) -> bool:
    return all(row[name] == payload.get(name) for name in ("units", "account", "product"))


def _usage_is(row: Members, payload: Members) -> bool:
    return all(payload.get(name) == value for name, value in json.loads(row["content"]).items())


CHECKS: dict[str, Callable[[Members, Members], bool]] = {
    "batches": _digest_is("statement", "statement"),
    "consents": _consent_is,
    "answers": _digest_is("answer", "answer"),
    "charges": _charge_is,
    "usage-results": _usage_is,
}


def _leaves(folder: Path, size: int) -> Iterator[Members]:
    for n, width in widths(size, 0):
        for leaf in read_bundle((folder / tile_path("entries", n, width)).read_bytes(), width):
            yield json.loads(leaf)


def _read(folder: Path, name: str) -> Iterator[Members]:
    try:
        with (folder / FOLDER / f"{name}.ndjson").open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError) as fault:
        raise EvidenceError(f"{FOLDER}/{name}.ndjson 无法读取 cannot be read: {type(fault).__name__}") from fault
