"""Records, and columns of a view, as an answer has them, for people. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.catalogue.load import datasets
from gateway.console.words import Words
from gateway.inquiries.answer_sheet import value_text
from gateway.inquiries.answers import RECORDS
from gateway.inquiries.views.view import PARTS

STATUSES = ("none", "no-feed", "stale", "granularity", "withheld", "removed")


@dataclass(frozen=True)
class RecordShown:
    """A record: of which dataset, by which agency, who issued it, its day, whether it is objected to, its fields."""

    title: str
    agency: str
    producer: str
    day: str
    objected: bool
    fields: Sequence[tuple[str, str]]
    digest: str


@dataclass(frozen=True)
class ColumnShown:
    """A column of a view: its code and name, its value or why there is none."""

    code: str
    name: str
    value: str
    known: bool


@dataclass(frozen=True)
class RecordsShown:
    """What an answer of records tells: records, or a view by its name with the columns of each part; what is left out.
    `told` is how many records there are by the title of their dataset.
    """

    told: Sequence[tuple[str, int]]
    items: Sequence[RecordShown]
    view: str
    parts: Sequence[tuple[str, Sequence[ColumnShown]]]
    left_out: Sequence[str]


def records_of(statement: Mapping[str, Any], words: Words) -> RecordsShown | None:
    """Lay out what an answer tells of records in the visitor's language; None of an answer of something else."""
    if statement.get("outcome") != RECORDS:
        return None
    view, values, left = statement.get("view"), statement.get("values", ()), statement.get("left_out", {})
    parts = [
        (words(f"view-{part}"), [_column(one, words) for one in values if one["part"] == part])  # texts of PARTS
        for part in PARTS
    ]
    return RecordsShown(
        told=[(words.titles.dataset(name), many) for name, many in statement.get("counts", {}).items()],
        items=[_record(one, words) for one in statement.get("items", ())],
        view=words("view-version", name=view["name"], number=view["version"]) if view else "",
        parts=[(title, columns) for title, columns in parts if columns],
        left_out=_left_out(left, words) if left else [],
    )


def value_in_words(value: object, words: Words, codes: Mapping[str, str] | None = None) -> str:
    """Return a value of a record as people read it, in whichever form it is told."""
    if isinstance(value, list):
        return words.listed(value_in_words(one, words, codes) for one in value)
    if isinstance(value, bool):
        return words("yes" if value else "no")
    if not isinstance(value, dict):
        return (codes or {}).get(str(value), str(value))
    if "digest" in value:
        return words("records-digest", digest=value["digest"][:12])
    if "band" in value:
        return _band(value["band"], words)
    return words("yes" if value.get("any", value.get("reaches")) else "no")


def _band(band: Mapping[str, str | None], words: Words) -> str:
    above, to = band["above"], band["to"]
    if above is None:
        return words("records-none-due")
    return words("records-over", above=above) if to is None else words("records-between", above=above, to=to)


def _record(one: Mapping[str, Any], words: Words) -> RecordShown:
    known = datasets().get(one["dataset"])
    fields = []
    for name, value in one["fields"].items():
        field = known.fields.get(name) if known else None
        unit = field.unit if field and isinstance(value, str) else ""
        told = value_in_words(value, words, field.codes if field else None)
        fields.append((words.either(field.zh, name) if field else name, f"{told} {unit}".strip()))
    said_in = words.language
    return RecordShown(
        str(one["title"][said_in]), str(one["agency_name"][said_in]), one["producer"] or "",
        words.day(one["event_date"]) if one["event_date"] else "", one["objected"], fields, one.get("digest", ""),
    )  # fmt: skip


def _column(one: Mapping[str, Any], words: Words) -> ColumnShown:
    known = one["value"] is not None
    if not known:
        told = words(f"view-{one['status']}")  # texts of STATUSES
    elif isinstance(one["value"], dict | list) or "." in one["column"]:
        told = f"{value_in_words(one['value'], words)} {one['unit'] if isinstance(one['value'], str) else ''}".strip()
    else:
        told = value_text({**one, "tag": one["column"]}, words)
    return ColumnShown(one["column"], str(one["name"][words.language]), told, known)


def _left_out(left: Mapping[str, Any], words: Words) -> list[str]:
    counted = {
        "over_limit": "records-over-limit", "about_a_person": "records-about-a-person",
        "personal_values": "records-personal-values",
    }  # fmt: skip
    said_of = [words(key, many=words.number(left[name])) for name, key in counted.items() if left[name]]
    return [*said_of, words("records-uncounted")]
