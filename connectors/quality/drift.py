"""Whether a delivery looks like those before it: its columns, and what its values look like as a whole. Pure.

A file that changed its meaning without notice (元 became 万元, a column was renamed) is asked about, never guessed at.
The order of columns means nothing, and the first delivery of all is never drift. Every threshold stands here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

import msgspec

from connectors.conversion.headers import Layout

FEWEST_ROWS = 50  # fewer, before or now, say nothing about shares
FEWEST_AMOUNTS = 20
JUMP = Decimal("0.30")  # of a share, upwards: 30 points more refused, empty or unresolved
UNIT_RATIO = 2_000  # a median moved by about 10⁴ (元 for 万元); a bad week moves a median far less

Name = tuple[str, str]  # of a field, in Chinese and in code


class Finding(msgspec.Struct, frozen=True):
    """One difference in words; `kind` is stable, `column` as the delivery or the dataset names it."""

    kind: str
    column: str
    zh: str
    en: str


@dataclass(frozen=True)
class FieldProfile:
    """One field in the sound rows looked at: how many are filled; in all rows, how many it got refused; its median."""

    looked_at: int = 0
    filled: int = 0
    rejected: int = 0
    median: Decimal | None = None


@dataclass(frozen=True)
class Profile:
    """A delivery, or several before it: rows, new records and how many of them are unresolved, and every field."""

    rows: int
    records: int
    unresolved: int
    fields: Mapping[str, FieldProfile] = field(default_factory=dict)


def compare_layouts(known: Sequence[Layout], now: Layout, *, members: bool) -> list[Finding]:
    """Return how the columns differ from the nearest layout known, newest first; nothing where one fits.

    `members`: JSON or XML, where a member left out is an empty value and no other layout.
    """
    if not known:
        return []
    if members:
        before = {key for layout in known for key in layout.names}
        return [_new(now.names[key]) for key in now.names if key not in before and key not in now.read]
    return min((_differences(layout, now) for layout in known), key=len)


def compare_profiles(before: Profile, now: Profile, titles: Mapping[str, str]) -> list[Finding]:
    """Return what jumped; `titles` are the fields' Chinese names. Nothing where either side is too small to tell."""
    if min(before.rows, now.rows) < FEWEST_ROWS:
        return []
    findings = []
    for name, seen in now.fields.items():
        if name in before.fields:
            field_name = titles.get(name, name), name
            findings += _field_jumps(field_name, before.fields[name], before.rows, seen, now.rows)
    if min(before.records, now.records) >= FEWEST_ROWS:
        findings += _jump("unresolved", ("", ""), before.unresolved, before.records, now.unresolved, now.records)
    return findings


def _differences(before: Layout, now: Layout) -> list[Finding]:
    appeared = {key: name for key, name in now.names.items() if key not in before.names}
    gone = [key for key in before.read if key not in now.names]
    successors = _successors(before, now, gone, [key for key in appeared if key in now.read])
    findings = []
    for key in gone:
        was = before.names[key]
        if successor := successors.get(key):
            name = now.names[successor]
            findings.append(Finding("column_renamed", name, f"列“{was}”改名为“{name}”", f"{was} is now called {name}"))
        else:
            findings.append(Finding("column_gone", was, f"以前有的列“{was}”没有了", f"the column {was} is gone"))
    return findings + [_new(name) for key, name in appeared.items() if key not in now.read]


def _successors(before: Layout, now: Layout, gone: Sequence[str], anew: Sequence[str]) -> dict[str, str]:
    """Return which column follows which that is gone: of what the same is read, the likest first, each once."""
    pairs = [(was, key) for was in gone for key in anew if before.read[was] == now.read[key]]
    found: dict[str, str] = {}
    for was, key in sorted(pairs, key=lambda pair: SequenceMatcher(None, *pair).ratio(), reverse=True):
        if was not in found and key not in found.values():
            found[was] = key
    return found


def _new(name: str) -> Finding:
    return Finding("column_new", name, f"多出不认识的列“{name}”", f"{name} is a new, unknown column")


def _field_jumps(name: Name, before: FieldProfile, rows_before: int, now: FieldProfile, rows: int) -> list[Finding]:
    found = _jump("rejected", name, before.rejected, rows_before, now.rejected, rows)
    if min(before.looked_at, now.looked_at) >= FEWEST_ROWS:
        empty_before, empty = before.looked_at - before.filled, now.looked_at - now.filled
        found += _jump("empty", name, empty_before, before.looked_at, empty, now.looked_at)
    if before.median and now.median and min(before.filled, now.filled) >= FEWEST_AMOUNTS:
        ratio = max(before.median / now.median, now.median / before.median)
        if ratio >= UNIT_RATIO:
            moved = f"{before.median.normalize():f} → {now.median.normalize():f}"
            zh = f"“{name[0]}”的中位数 {moved}，单位可能变了（元/万元）"
            found.append(Finding("unit", name[1], zh, f"the median of {name[1]} moved {moved}: has its unit changed?"))
    return found


_SAID = {
    "rejected": ("“{name}”的问题数据", "rows refused for {name}"),
    "empty": ("“{name}”为空的", "empty {name}"),
    "unresolved": ("找不到主体的记录", "records without a known subject"),
}


def _jump(kind: str, name: Name, before: int, of_before: int, now: int, of_now: int) -> list[Finding]:
    was, share = Decimal(before) / of_before, Decimal(now) / of_now
    if share - was < JUMP:
        return []
    zh, en = (text.format(name=part) for text, part in zip(_SAID[kind], name, strict=True))
    percents = f"{was:.0%} → {share:.0%}"
    return [Finding(kind, name[1], f"{zh}由 {percents}", f"{en}: {percents}")]


_OF_COLUMNS = {
    "column_new": "多出不认识的列 new, unknown columns",
    "column_gone": "以前有的列没有了 columns that are gone",
    "column_renamed": "改名的列 columns renamed",
}


def in_words(findings: Sequence[Finding]) -> str:
    """Return the differences in one text, which names every column once."""
    columns: dict[str, list[str]] = {}
    for finding in findings:
        if finding.kind in _OF_COLUMNS:
            named = finding.zh.removeprefix("列") if finding.kind == "column_renamed" else finding.column
            columns.setdefault(finding.kind, []).append(named)
    told = [f"{_OF_COLUMNS[kind]}：{'、'.join(dict.fromkeys(names))}" for kind, names in columns.items()]
    told += [f"{finding.zh} {finding.en}" for finding in findings if finding.kind not in _OF_COLUMNS]
    return "；".join(told)
