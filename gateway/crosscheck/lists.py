"""Lists of other supervisors: a file of codes taken in row by row; a row that cannot be used is kept with its fault.

The code decides; names in the file are not kept, since some are persons'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from connectors.conversion.identifiers import Kind, read_identifier
from connectors.decoding.decode import decode
from connectors.errors import MalformedError
from gateway.crosscheck.tables import SupervisorList, SupervisorListRow
from gateway.intake.submission import digest_of
from gateway.records.access import demand_overseer
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

HEADINGS = ("统一社会信用代码", "社会信用代码", "企业代码", "uscc", "code")
MOST_ROWS = 100_000
LARGEST_LIST = 16 * 1024 * 1024
LONGEST_SUPERVISOR = 80
_AT_ONCE = 5_000
# What is wrong with a row, by what its code turned out to be; any other kind is no enterprise's code.
FAULTS = ("no-code", "masked", "person", "not-unified", "again")
_FAULT_OF = {Kind.EMPTY: "no-code", Kind.MASKED: "masked", Kind.CITIZEN: "person"}


@dataclass(frozen=True)
class ListRow:
    """A row by its place in the file: its code, or what is wrong with it."""

    place: int
    code: str | None
    fault: str | None


async def take_list(work: UnitOfWork, supervisor: str, file: Path) -> SupervisorList:
    """Take in a list of a supervisor, CSV or a workbook; the same file again is the same list.

    Raises DeniedError for whoever does not oversee, and where the file holds no list.
    """
    demand_overseer(work)
    supervisor = supervisor.strip()
    if not 2 <= len(supervisor) <= LONGEST_SUPERVISOR:
        raise DeniedError("invalid-request", f"supervisor: 2–{LONGEST_SUPERVISOR} 个字符 characters")
    rows, digest = read_list(file), digest_of(file)
    await take(work.session, Lock.CROSS_CHECK, f"list {digest.hex()}")
    query = select(SupervisorList).where(
        col(SupervisorList.supervisor) == supervisor, col(SupervisorList.digest) == digest
    )
    known: SupervisorList | None = (await work.session.execute(query)).scalar_one_or_none()
    return known or await _keep(work, supervisor, rows, digest)


def read_list(file: Path) -> Sequence[ListRow]:
    """Return every row of a file. Raises DeniedError where it is no list, or too long."""
    try:
        table = decode(file)
        header = [name.strip().lower() for name in table.header]
        at = next((header.index(name) for name in HEADINGS if name in header), None)
        if at is None:
            raise DeniedError("crosscheck-list-refused", f"没有代码列 no column of codes: {'、'.join(HEADINGS)}")
        rows, known = list[ListRow](), set[str]()
        for place, cells in table.rows:
            rows.append(_row(place, cells[at] if at < len(cells) else "", known))
            if len(rows) > MOST_ROWS:
                raise DeniedError("crosscheck-list-refused", f"超过 {MOST_ROWS} 行 more than {MOST_ROWS} rows")
    except MalformedError as fault:
        raise DeniedError("crosscheck-list-refused", str(fault)) from fault
    if not rows:
        raise DeniedError("crosscheck-list-refused", "没有一行 there is no row")
    return rows


async def get_list(work: UnitOfWork, list_id: UUID) -> tuple[SupervisorList, Sequence[SupervisorListRow]]:
    """Return a list with the rows that could not be used. Raises DeniedError."""
    demand_overseer(work)
    found = await work.session.get(SupervisorList, list_id)
    if found is None:
        raise DeniedError("crosscheck-not-found")
    await work.record("crosscheck.read", {"view": "list", "found": found.rows}, outcome="read")
    return found, await read_faulty(work, list_id)


async def read_faulty(work: UnitOfWork, list_id: UUID) -> Sequence[SupervisorListRow]:
    """Return the rows of a list that could not be used, as whoever hands it in is told of them."""
    query = select(SupervisorListRow).where(
        col(SupervisorListRow.list_id) == list_id, col(SupervisorListRow.fault).is_not(None)
    )
    return (await work.session.execute(query.order_by(col(SupervisorListRow.place)))).scalars().all()


async def read_lists(work: UnitOfWork, most: int) -> Sequence[SupervisorList]:
    """Return the newest lists. Raises DeniedError for whoever does not oversee."""
    demand_overseer(work)
    query = select(SupervisorList).order_by(col(SupervisorList.list_id).desc()).limit(most)
    return (await work.session.execute(query)).scalars().all()


def _row(place: int, text: str, known: set[str]) -> ListRow:
    code = read_identifier(text)
    if code.kind is not Kind.USCC:
        return ListRow(place, None, _FAULT_OF.get(code.kind, "not-unified"))
    if code.value in known:
        return ListRow(place, None, "again")
    known.add(code.value)
    return ListRow(place, code.value, None)


async def _keep(work: UnitOfWork, supervisor: str, rows: Sequence[ListRow], digest: bytes) -> SupervisorList:
    list_id, sound = uuid7(), sum(row.fault is None for row in rows)
    payload = {
        "list": str(list_id), "supervisor": supervisor, "digest": digest.hex(), "rows": len(rows), "sound": sound,
        "faulty": len(rows) - sound,
    }  # fmt: skip
    entry = await work.record("crosscheck.listed", payload, outcome="taken", exchange=list_id)
    made = SupervisorList(
        list_id=list_id, supervisor=supervisor, digest=digest, rows=len(rows), sound=sound, faulty=len(rows) - sound,
        received_by=work.actor.name, received_at=work.now, event_id=entry,
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    values = [{"list_id": list_id, "place": row.place, "code": row.code, "fault": row.fault} for row in rows]
    for first in range(0, len(values), _AT_ONCE):
        await work.session.execute(insert(SupervisorListRow), values[first : first + _AT_ONCE])
    return made
