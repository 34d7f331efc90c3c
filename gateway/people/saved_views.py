"""Views of a table that a person keeps: a name for what an address asks of it."""

from sqlalchemy import delete
from sqlmodel import col, select

from gateway.people.tables import SavedView
from gateway.runtime.database import rowcount
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

MOST_VIEWS = 20  # of one table
LONGEST_NAME, LONGEST_QUERY = 40, 2000


async def find_views(work: UnitOfWork, person_id: str, table: str) -> list[SavedView]:
    """Return a person's views of a table, by name."""
    asked = select(SavedView).where(SavedView.person_id == person_id, SavedView.table_name == table)
    return list((await work.session.execute(asked.order_by(col(SavedView.name)))).scalars())


async def save_view(work: UnitOfWork, person_id: str, table: str, name: str, query: str) -> None:
    """Keep a view; one of the same name is replaced. Raises DeniedError."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise DeniedError("invalid-request", f"名称为 1–{LONGEST_NAME} 个字 a name has 1–{LONGEST_NAME} characters")
    if len(query) > LONGEST_QUERY or not query.isprintable():
        raise DeniedError("invalid-request", "筛选条件过长 the filters are too long")
    await take(work.session, Lock.SAVED_VIEWS, person_id)
    kept = await find_views(work, person_id, table)
    if len(kept) >= MOST_VIEWS and name not in {one.name for one in kept}:
        text = f"每张表最多 {MOST_VIEWS} 个视图，请先删除一个 {MOST_VIEWS} views of a table at most: remove one first"
        raise DeniedError("invalid-request", text)
    event = await work.record("person.view_saved", {"table": table}, outcome="saved")
    row = SavedView(
        person_id=person_id, table_name=table, name=name, query=query, saved_at=work.now, event_id=event,
    )  # fmt: skip
    await work.session.merge(row)


async def remove_view(work: UnitOfWork, person_id: str, table: str, name: str) -> None:
    """Forget a view. Raises DeniedError where there is none."""
    asked = delete(SavedView).where(
        col(SavedView.person_id) == person_id, col(SavedView.table_name) == table, col(SavedView.name) == name
    )
    if not rowcount(await work.session.execute(asked)):
        raise DeniedError("not-found")
    await work.record("person.view_removed", {"table": table}, outcome="removed")
