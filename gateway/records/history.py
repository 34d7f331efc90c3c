"""Records as people read them: every version, what became of it, and every act; personal values opened for some.

As of a day, as known at a moment: what was not known then is left out, and the status is the one of then. Each reading
leaves an event; a reading of many records leaves one, with their number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from connectors.conversion.identifiers import read_identifier
from connectors.model.calendar import day_of
from connectors.personal.sealing import Protector
from connectors.records.acts import find_histories, key_of, load_history
from connectors.records.pages import Holding, RecordPage, load_holdings, load_page
from connectors.records.portfolio import ShownRecord, load_records
from connectors.store.subjects import Subject, find_subject
from gateway.records.access import OVERSEERS, demand_signatory, find_enterprise, get_record, opening
from gateway.records.documents import history_document, source_document, version_documents
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class AsOf:
    """As of which day records are read, today where none is given, and as known at which moment, now likewise."""

    day: date | None = None
    known_at: datetime | None = None

    def day_at(self, now: datetime) -> date:
        """Return the day, by the moment it is known at where none is given."""
        return self.day or day_of(self.known_at or now)


async def read_history(work: UnitOfWork, protector: Protector, record_id: UUID, as_of: AsOf) -> dict[str, Any]:
    """Return every version of a record and every act upon it, also of what is no longer shown.

    Raises DeniedError where the record is not the actor's to see.
    """
    record = await get_record(work, record_id)
    found = await load_history(work.session, key_of(record))
    if subject := await find_enterprise(work):
        found = found.of(subject.subject_id)  # another enterprise's version under the same number is not theirs to read
    payload = {"record": str(record_id), "versions": len(found.versions)}
    await work.record("record.history_read", payload, subject=record["subject_id"], outcome="read")
    day = as_of.day_at(work.now)
    return await history_document(work.session, protector, found, day, as_of.known_at, opening=opening(work.actor))


async def list_own_records(work: UnitOfWork, protector: Protector, page: RecordPage) -> list[dict[str, Any]]:
    """Return a page of what is held today of the enterprise the acting signatory stands for, with where it is from.

    Raises DeniedError for whoever is no signatory.
    """
    demand_signatory(work)
    subject = await find_enterprise(work)
    today = day_of(work.now)
    histories = await load_page(work.session, subject.subject_id, page, today) if subject else []
    versions = await version_documents(work.session, protector, histories, today, None, opening(work.actor))
    found = [{**source_document(history), **version} for history, version in versions]
    await _note(work, subject, len(found))
    return found


async def list_own_holdings(work: UnitOfWork) -> list[Holding]:
    """Return what is held today of the enterprise the acting signatory stands for, by dataset, with how many.

    Raises DeniedError for whoever is no signatory.
    """
    demand_signatory(work)
    subject = await find_enterprise(work)
    found = await load_holdings(work.session, subject.subject_id, day_of(work.now)) if subject else []
    await _note(work, subject, sum(one.held for one in found))
    return found


async def list_records(work: UnitOfWork, protector: Protector, uscc: str, as_of: AsOf) -> list[dict[str, Any]]:
    """Return every version of all that is held of an enterprise. Raises DeniedError as _get_enterprise does."""
    subject = await _get_enterprise(work, uscc)
    versions = await _versions(work, protector, subject, as_of)
    await _note(work, subject, len(versions))
    return versions


async def load_shown(work: UnitOfWork, uscc: str) -> Sequence[ShownRecord]:
    """Return what may be shown today of an enterprise. Raises DeniedError as _get_enterprise does."""
    subject = await _get_enterprise(work, uscc)
    shown = await load_records(work.session, subject.subject_id, day_of(work.now))
    await _note(work, subject, len(shown))
    return shown


async def _get_enterprise(work: UnitOfWork, uscc: str) -> Subject:
    """Return an enterprise, to whoever sees every record. Raises DeniedError for others, and where it is unknown."""
    if work.actor.kind not in OVERSEERS:
        raise DeniedError("insufficient-scope", "只有审计员可以查看。Only auditors read them.")
    subject = await find_subject(work.session, "uscc", read_identifier(uscc).value)
    if subject is None:
        raise DeniedError("subject-not-found", "未归集该企业。This enterprise is not known.")
    return subject


async def _versions(work: UnitOfWork, protector: Protector, subject: Subject, as_of: AsOf) -> list[dict[str, Any]]:
    day, histories = as_of.day_at(work.now), await find_histories(work.session, subject.subject_id)
    found = await version_documents(work.session, protector, histories, day, as_of.known_at, opening(work.actor))
    return [{"dataset": history.key.dataset, "agency": history.key.agency, **version} for history, version in found]


async def _note(work: UnitOfWork, subject: Subject | None, found: int) -> None:
    subject_id = subject.subject_id if subject else None
    await work.record("record.listed", {"found": found}, subject=subject_id, outcome="read")
