"""What a scan found, laid out for people: a row for each enterprise, a column for each part. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.words import NOTHING, Words
from gateway.inquiries.answer_sheet import band_name
from gateway.inquiries.answers import MISSING
from gateway.inquiries.shown import why
from gateway.providers.registered import EMBEDDED
from gateway.warnings.change import AT_RISK
from gateway.warnings.scan_rows import Found, Scanned
from scoring_adapter.published import find_published


@dataclass(frozen=True)
class CellShown:
    """What one part says of an enterprise: its band or level, a score or a sentence below; `fault`: it says nothing."""

    text: str
    sub: str = ""
    fault: bool = False
    level: str = ""


@dataclass(frozen=True)
class RowShown:
    """An enterprise of a scan, its watch, and its parts by their names."""

    number: int
    subject: str
    watch: CellShown
    parts: Mapping[str, CellShown]
    common: CellShown
    inquiries: tuple[str, str]


@dataclass(frozen=True)
class SheetShown:
    """Rows, and the parts that any of them has, by name and title."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[RowShown]


def laid_out(words: Words, found: Sequence[Scanned]) -> SheetShown:
    """Return what was found in the visitor's language."""
    names = dict.fromkeys(part["provider"] for one in found for part in one.parts)
    columns = [(name, words("joint-card") if name == EMBEDDED else name) for name in names]
    return SheetShown(columns, [_row(words, one) for one in found])


def lines_of(sheet: SheetShown, words: Words) -> list[list[Any]]:
    """Return the rows as lines of a file, their headings first."""
    titles = [title for _, title in sheet.columns]
    heads = [words("row"), words("ask-many-code"), words("product-risk_watch"), words("joint-scan-reasons")]
    lines: list[list[Any]] = [[*heads, *(cell for title in titles for cell in (title, ""))]]
    lines[0] += [words("joint-scan-common"), ""]
    for row in sheet.rows:
        parts = [row.parts.get(name, CellShown(NOTHING)) for name, _ in sheet.columns]
        told = [cell for one in (row.watch, *parts, row.common) for cell in (one.text, one.sub)]
        lines.append([row.number, row.subject, *told])
    return lines


def _row(words: Words, one: Scanned) -> RowShown:
    told = one.score.statement
    parts = {part["provider"]: _part(words, part) for part in one.parts}
    common = CellShown(NOTHING)
    if not told:
        common = _denied(words, one.score)
    elif "parts" in told and told["outcome"] != "beside":
        common = _scored(words, told)
    return RowShown(
        one.number, one.subject, _watch(words, one), parts, common, (one.watch.inquiry, one.score.inquiry)
    )  # fmt: skip


def _watch(words: Words, one: Scanned) -> CellShown:
    told = one.watch.statement
    if not told:
        return _denied(words, one.watch)
    if AT_RISK in told:
        return CellShown(words("warning-at-risk") if told[AT_RISK] else words("warning-no-level"))
    if one.level is None:
        return CellShown(words("warning-no-level"))
    points = [point for risk in told["risks"] for point in risk.get("points", ())]
    names = dict.fromkeys(words.either(point["name"]["zh"], point["name"]["en"]) for point in points)
    return CellShown(words(f"risk-level-{one.level}"), words.listed(names), level=one.level)


def _part(words: Words, part: Mapping[str, Any]) -> CellShown:
    if part["outcome"] == MISSING:
        return CellShown(words("joint-missing"), words(f"provider-fault-{part['fault']}"), fault=True)
    return _scored(words, part)


def _scored(words: Words, part: Mapping[str, Any]) -> CellShown:
    met = part.get("flag", {}).get("met")
    if met is not None:
        return CellShown(words("joint-part-met") if met else words("joint-part-not-met"))
    score = "" if part["score"] is None else f"{part['score']} / 1000"
    return CellShown(band_name(part["band"] or "", find_published(part["model"]), words), score)


def _denied(words: Words, found: Found) -> CellShown:
    if found.outcome == "waiting":
        return CellShown(words("ask-many-waits"))
    return CellShown(words("ending-denied"), why(words, found.outcome), fault=True)
