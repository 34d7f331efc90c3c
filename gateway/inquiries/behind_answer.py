"""The records behind a figure of an answer, as far as whoever was given it may see them.

1. Give the answer again: what has ended meanwhile, a consent or a standing, ends this too; it is recorded either way.
2. Find the figure in it; of one that the output policy withholds, no records are told.
3. Load what was known when it was given, within what it was granted, and keep what it says it rests on, by digest.

What may not be told to everybody is told by its digest alone: whoever has the record sees that it is this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from connectors.catalogue.load import agencies, datasets
from connectors.model.calendar import day_of
from connectors.records.portfolio import ShownRecord, load_records
from gateway.inquiries.granting import grant_told, limits_of
from gateway.inquiries.health import load_health_sheet
from gateway.inquiries.listed import get_inquiry_of, reopen
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.own_inquiries import reopen_answer
from gateway.inquiries.published import open_fields
from gateway.inquiries.tables import Inquiry
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.scores.loading import counting
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.behind import behind
from signing.jws import payload_of

_HIDING = frozenset({"records", "tags", "health", "health.counts", "objected"})


@dataclass(frozen=True)
class Behind:
    """A record behind a figure: its dataset, the day of its event, its digest as the answer has it, and of one that is
    public its fields.
    """

    dataset: str
    event_date: date | None
    digest: str
    fields: Mapping[str, Any] | None


@dataclass(frozen=True)
class RecordsBehind:
    """A figure, which is a tag or a category of data, and the records it rests on, the newest first."""

    figure: str
    statement: Mapping[str, Any]
    records: Sequence[Behind]


async def read_records_behind(work: UnitOfWork, inquiry_id: UUID, figure: str) -> RecordsBehind | Denial:
    """Return the records behind a figure for the account that the answer was given to, or why it is not told.

    Raises DeniedError for an inquiry of another institution.
    """
    row = await get_inquiry_of(work, inquiry_id)
    return await _behind(work, row, await reopen(work, row), figure)


async def look_behind(work: UnitOfWork, inquiry_id: UUID, figure: str) -> RecordsBehind | Denial:
    """Return the same for a person who looks at an answer of the acting account. Raises DeniedError."""
    row = await get_inquiry_of(work, inquiry_id)
    return await _behind(work, row, await reopen_answer(work, inquiry_id), figure)


def is_traceable(statement: Mapping[str, Any]) -> bool:
    """Tell whether an answer leads to the records behind its figures: nothing that they tell is withheld. Pure."""
    told = statement.get("policy")
    if "records" not in statement.get("basis", {}) or (
        told and (told["form"] != "raw" or _HIDING & set(told["withheld"]))
    ):
        return False
    return "not_computable" in statement


def figures_of(statement: Mapping[str, Any]) -> set[str]:
    """Return the figures that an answer tells: tags, also those in its reasons, and categories of data. Pure."""
    tags = {one["tag"] for name in ("tags", "reasons") for one in statement.get(name, ())}
    return tags | {one["category"] for one in statement.get("health", ())}


async def _behind(work: UnitOfWork, row: Inquiry, answer: str | Denial, figure: str) -> RecordsBehind | Denial:
    if isinstance(answer, Denial):
        return answer
    statement = payload_of(answer)
    if not is_traceable(statement):
        return Denial("records-withheld")
    if figure not in figures_of(statement) or row.subject_id is None:
        return Denial("figure-not-found")
    moment = datetime.fromisoformat(statement["issued_at"])
    as_of, limits = day_of(moment), limits_of(grant_told(statement), moment)
    held = counting(limits.held(await load_records(work.session, row.subject_id, as_of, moment)))
    salt, told = statement["basis"].get("salt"), set(statement["basis"]["records"])
    own = [(_digest(one, salt), one) for one in _of_figure(figure, held, as_of)]
    found = [_told(digest, one) for digest, one in own if digest in told]
    found.sort(key=lambda one: (one.event_date or date.min, one.dataset, one.digest), reverse=True)
    return RecordsBehind(figure, statement, found)


def _of_figure(figure: str, held: Sequence[ShownRecord], as_of: date) -> Sequence[ShownRecord]:
    tags, sheet = load_scorecard().tags, load_health_sheet()
    if figure in sheet.categories:
        return [one for one in held if one.dataset in sheet.by_category[figure]]
    if figure not in tags.by_id:  # of a tag that was removed since
        return []
    sources = set(tags.sources_of(tags.by_id[figure]))
    return behind(tags, tags.by_id[figure], [one for one in held if one.dataset in sources], as_of)


def _digest(record: ShownRecord, salt: str | None) -> str:
    return salted(record.digest.hex(), bytes.fromhex(salt)) if salt else record.digest.hex()


def _told(digest: str, record: ShownRecord) -> Behind:
    is_public = datasets()[record.dataset].sharing == "public"
    return Behind(record.dataset, record.event_date, digest, open_fields(record) if is_public else None)


def behind_document(found: RecordsBehind) -> dict[str, Any]:
    """Return the records behind a figure as the interface shows them. Pure."""
    return {
        "inquiry": found.statement["inquiry"], "figure": found.figure, "as_of": found.statement["basis"]["as_of"],
        "records": [_document(one) for one in found.records],
    }  # fmt: skip


def _document(one: Behind) -> dict[str, Any]:
    dataset = datasets()[one.dataset]
    agency = agencies()[dataset.agency]
    return {
        "dataset": one.dataset, "title": {"zh": dataset.title.zh, "en": dataset.title.en}, "agency": dataset.agency,
        "agency_name": {"zh": agency.zh, "en": agency.en},
        "event_date": one.event_date.isoformat() if one.event_date else None, "digest": one.digest,
        "fields": one.fields,
    }  # fmt: skip
