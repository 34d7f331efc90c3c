"""Records, their histories and acts as the interface shows them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import orjson
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import agencies, get_dataset
from connectors.personal.protect import Opening, opened
from connectors.personal.sealing import Protector, SubjectKeys
from connectors.records.acts import History, version_of
from connectors.records.life import is_visible, status_of
from gateway.runtime.database import raw


async def history_document(
    session: AsyncSession,
    protector: Protector,
    history: History,
    as_of: date,
    known_at: datetime | None,
    *,
    opening: Opening,
) -> dict[str, Any]:
    """Return a record's history; `opening` says which of its personal values the reader sees."""
    versions = await version_documents(session, protector, [history], as_of, known_at, opening)
    return {
        "dataset": history.key.dataset,
        "agency": history.key.agency,
        "as_of": as_of,
        "known_at": known_at,
        "versions": [version for _, version in versions],
        "acts": [act_document(act) for act in history.acts if known_at is None or act["recorded_at"] <= known_at],
    }


async def version_documents(
    session: AsyncSession,
    protector: Protector,
    histories: Sequence[History],
    as_of: date,
    known_at: datetime | None,
    opening: Opening,
) -> list[tuple[History, dict[str, Any]]]:
    """Return every version that was known, each beside the history it is of."""
    held = [(history, row) for history in histories for row in history.versions]
    contents = await _open_contents(session, protector, [row for _, row in held], opening)
    found = []
    for (history, row), content in zip(held, contents, strict=True):
        acts = history.acts_upon(row)
        status = status_of(version_of(row), acts, as_of, known_at)
        if status is None:
            continue
        document = {
            "record": str(row["record_id"]), "version": row["version"], "status": status,
            "visible": is_visible(version_of(row), acts, as_of, known_at),
            "event_date": row["event_date"], "publish_until": row["publish_until"],
            "recorded_at": row["recorded_at"], "superseded_at": row["superseded_at"],
            "batch": str(row["batch_id"]), "content": content,
        }  # fmt: skip
        found.append((history, document))
    return found


def source_document(history: History) -> dict[str, Any]:
    """Return what kind of record it is, where it comes from and who may learn of it, as the catalogue has it."""
    dataset = get_dataset(history.key.dataset)
    agency = agencies().get(history.key.agency)
    return {
        "dataset": dataset.dataset,
        "title": msgspec.to_builtins(dataset.title),
        "agency": history.key.agency,
        "agency_name": {"zh": agency.zh, "en": agency.en} if agency else None,
        "producer": next((row["producer"] for row in history.versions), None),
        "sharing": dataset.sharing,
    }


async def _open_contents(
    session: AsyncSession, protector: Protector, rows: Sequence[RowMapping], opening: Opening
) -> list[dict[str, Any] | None]:
    """Return each row's canonical record; None where only its digest is left."""
    records = [None if row["canonical"] is None else orjson.loads(row["canonical"]) for row in rows]
    if opening is Opening.NONE:
        return records
    keys = SubjectKeys(protector)
    refs = [protector.ref_of(row["identifier_type"], row["identifier_value"]) for row in rows]
    await keys.load(await raw(session), refs)
    return [
        None if record is None else opened(keys, get_dataset(row["dataset"]), ref, record, opening)
        for row, ref, record in zip(rows, refs, records, strict=True)
    ]


def act_document(act: Any) -> dict[str, Any]:  # noqa: ANN401 - a row or its mapping
    """Return an act as the interface shows it."""
    row = act if isinstance(act, RowMapping) else act.model_dump()
    return {
        "act": str(row["act_id"]), "record": str(row["record_id"]), "kind": row["kind"], "state": row["state"],
        "hidden": row["hides"], "effective_on": row["effective_on"], "reason": row["reason"],
        "document": row["document"], "actor": row["actor"], "recorded_at": row["recorded_at"],
        "term": row["term"], "entry": str(row["event_id"]),
    }  # fmt: skip
