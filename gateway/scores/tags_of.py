"""One enterprise's tags with the records behind each, for those who may read its records: itself, and overseers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.conversion.identifiers import read_identifier
from connectors.model.calendar import day_of
from connectors.personal.sealing import Protector
from connectors.records.acts import find_histories
from connectors.records.portfolio import ShownRecord
from connectors.store.subjects import Subject, find_subject
from gateway.cards.in_force import card_in_force
from gateway.records.access import OVERSEERS, find_enterprise, opening
from gateway.records.documents import version_documents
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.scores.level_names import level_names
from gateway.scores.loading import load
from gateway.scores.spread import Scored, read_history
from scoring_adapter.enterprise import compute_tags
from scoring_adapter.improving import improve
from scoring_adapter.improving_rules import load_improving
from scoring_adapter.improving_told import told_improvements
from scoring_adapter.score import COMPUTABLE, score
from scoring_adapter.tags.behind import behind
from scoring_adapter.tags.declaration import Tag
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.value import TagValue


@dataclass(frozen=True)
class TagFound:
    """A tag of an enterprise: its value, the points it brings (None: none can be), how many records are behind it."""

    tag: Tag
    value: TagValue
    points: int | None
    records: int


@dataclass(frozen=True)
class TagsFound:
    """An enterprise's tags of a day, in the catalogue's order, with its score where there is one.

    `subject` is None where nothing is held of an enterprise that asks about itself; `history` is what it scored before,
    `improvements` what would raise the score, as answers tell it.
    """

    subject: Subject | None
    day: date
    score: int | None
    band: str | None
    tags: Sequence[TagFound]
    history: Sequence[Scored] = ()
    improvements: Mapping[str, Any] | None = None


async def read_tags(work: UnitOfWork, uscc: str | None = None) -> TagsFound:
    """Return today's tags of an enterprise: a signatory's own, or whose code an overseer names; that is recorded.

    Raises DeniedError for anybody else, and where the enterprise is not known.
    """
    subject = await _find_subject(work, uscc)
    card, day = await card_in_force(work.session, work.now), day_of(work.now)
    if subject is None:
        return TagsFound(None, day, None, None, [])
    loaded = await load(work.session, subject.subject_id, card.tags, work.now)
    values = compute_tags(card.tags, loaded.known, day)
    result = score(card, values)
    points = {finding.counted.tag.id: finding.points for finding in result.findings}
    found = [
        TagFound(
            tag, values[tag.id], points.get(tag.id) if values[tag.id].status in COMPUTABLE else None,
            len(behind(card.tags, tag, loaded.held, day)),
        )
        for tag in card.tags.tags
    ]  # fmt: skip
    history = await read_history(work.session, subject.subject_id)
    await _note(work, subject, "tags", len(found))
    band, raising = result.band.id if result.band else None, improve(result, load_improving(), day)
    return TagsFound(subject, day, result.points, band, found, history, told_improvements(card, raising, level_names()))


async def read_behind(
    work: UnitOfWork, protector: Protector, tag: Tag, uscc: str | None = None
) -> tuple[Subject, TagValue, list[Mapping[str, Any]]]:
    """Return an enterprise's value of a tag, and the records it is computed from; personal values as for its records.

    Raises DeniedError as read_tags does.
    """
    subject = await _find_subject(work, uscc)
    if subject is None:
        raise _unknown()
    tags, day = load_tags(), day_of(work.now)
    loaded = await load(work.session, subject.subject_id, tags, work.now)
    value = compute_tags(tags, loaded.known, day)[tag.id]
    records = await _documents(work, protector, subject, behind(tags, tag, loaded.held, day))
    await _note(work, subject, "records", len(records))
    return subject, value, records


async def _documents(
    work: UnitOfWork, protector: Protector, subject: Subject, records: Sequence[ShownRecord]
) -> list[Mapping[str, Any]]:
    wanted = {str(one.record_id) for one in records}
    if not wanted:
        return []
    histories = await find_histories(work.session, subject.subject_id)
    versions = await version_documents(
        work.session, protector, histories, day_of(work.now), None, opening(work.actor)
    )  # fmt: skip
    return [
        {"dataset": history.key.dataset, "agency": history.key.agency, **version}
        for history, version in versions
        if version["record"] in wanted
    ]


async def _find_subject(work: UnitOfWork, uscc: str | None) -> Subject | None:
    """Return whom it is about; None where nothing is held of the enterprise that asks. Raises DeniedError."""
    if work.actor.kind == "signatory" and uscc is None:
        return await find_enterprise(work)
    if work.actor.kind not in OVERSEERS or uscc is None:
        raise DeniedError(
            "insufficient-scope", "只有企业自己和审计、监管人员可以查看。The enterprise and overseers may."
        )
    subject = await find_subject(work.session, "uscc", read_identifier(uscc).value)
    if subject is None:
        raise _unknown()
    return subject


def _unknown() -> DeniedError:
    return DeniedError("subject-not-found", "未归集该企业。This enterprise is not known.")


async def _note(work: UnitOfWork, subject: Subject, view: str, found: int) -> None:
    await work.record("scores.read", {"view": view, "found": found}, subject=subject.subject_id, outcome="read")
