"""What an enterprise's columns of a view come to. Loaded within the limits of what was granted, computed purely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from connectors.records.portfolio import ShownRecord
from gateway.inquiries.answers import RECORDS, Result
from gateway.inquiries.published import open_fields
from gateway.inquiries.views.view import View, find_field, view_tags
from gateway.scores.limits import Limits, withhold
from gateway.scores.loading import Loaded, load
from scoring_adapter.enterprise import compute_tags
from scoring_adapter.shown import member
from scoring_adapter.tags.value import TagValue
from signing.canonical import canonical_bytes, sha256_hex

MODEL = "view/1"


@dataclass(frozen=True)
class Subset(Limits):
    """Limits within which a view alone is told."""

    view: View | None = None


async def compute_view(
    session: AsyncSession, subject_id: UUID, moment: datetime, limits: Subset, *, as_then: bool = False
) -> Result:
    """Compute a view of a subject as of a moment's day, by what is known now or, `as_then`, was at that moment."""
    assert limits.view is not None, "asked for a view"  # noqa: S101
    tags = view_tags(limits.view.tag_ids)
    loaded = await load(session, subject_id, tags, moment, as_then=as_then, limits=limits)
    return view_from(limits.view, loaded, limits, day_of(moment))


def view_from(view: View, loaded: Loaded, limits: Limits, as_of: date) -> Result:
    """Return what is told of a view: each column with its value, or why it has none. Pure.

    The basis names the records of the view's datasets; what is objected to counts for nothing, and is said by dataset.
    """
    tags = view_tags(view.tag_ids)
    values = withhold(compute_tags(tags, loaded.known, as_of), tags, limits, as_of)
    held = [one for one in loaded.held if one.dataset in view.datasets]
    rested = [*held, *loaded.series, *(one for several in loaded.others.values() for one in several)]
    basis = {
        "as_of": as_of.isoformat(), "tags": tags.digest(), "feeds": loaded.feeding.said,
        "records": sorted(one.digest.hex() for one in held),
        "beyond": sorted({one.digest.hex() for one in rested[len(held):]}),
    }  # fmt: skip
    details = {
        "view": view.members(),
        "values": [
            {"part": part, "column": column, **_of_column(column, values, held, loaded, limits)}
            for part, column in view.columns
        ],
        "objected": {name: many for name, many in loaded.objected.items() if name in view.datasets}, "basis": basis,
    }  # fmt: skip
    return Result(None, None, MODEL, sha256_hex(canonical_bytes(basis)), RECORDS, details)


def _of_column(
    column: str, values: Mapping[str, TagValue], held: Sequence[ShownRecord], loaded: Loaded, limits: Limits
) -> dict[str, Any]:
    if "." in column:
        return _of_field(column, held, loaded, limits)
    tags = view_tags((column,))
    tag = tags.by_id.get(column)
    if tag is None:  # it was removed since
        return {"name": {"zh": column, "en": column}, "unit": "", "value": None, "status": "removed"}
    found = values[column]
    name = {"zh": tag.name.zh, "en": tag.name.en}
    return {"name": name, "unit": tag.unit, "value": member(tag, found.value, tags), "status": found.status}


def _of_field(column: str, held: Sequence[ShownRecord], loaded: Loaded, limits: Limits) -> dict[str, Any]:
    dataset, _, name = column.partition(".")
    field = find_field(column)
    if field is None:  # likewise
        return {"name": {"zh": column, "en": column}, "unit": "", "value": None, "status": "removed"}
    told = {"name": {"zh": f"{datasets()[dataset].title.zh}·{field.zh}", "en": column}, "unit": field.unit}
    if not limits.reads(dataset):
        return {**told, "value": None, "status": "withheld"}
    rows = [(one, open_fields(one).get(name)) for one in held if one.dataset == dataset]
    found = max(
        (one for one in rows if one[1] is not None),
        key=lambda one: (one[0].event_date or date.min, one[0].digest), default=None,
    )  # fmt: skip
    if found is None:
        fed = dataset in loaded.feeding.feeds
        return {**told, "value": None, "status": "none" if fed else "no-feed"}
    record, value = found
    day = record.event_date.isoformat() if record.event_date else None
    return {**told, "value": value, "status": "computed", "event_date": day, "digest": record.digest.hex()}
