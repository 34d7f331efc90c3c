"""The ledger as it is read: charges, and what was taken back, page by page or as a file."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from gateway.runtime.work import UnitOfWork

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("entry", "day", "inquiry", "account", "product", "units", "overdraft", "kind", "reverses", "reason")
_PAGE = text("""
    SELECT l.entry_id, l.day, l.inquiry_id, l.account, l.product, l.units, l.overdraft, v.charge, v.reason
    FROM quota_ledger l LEFT JOIN quota_reversal v USING (entry_id)
    WHERE account = :account AND (CAST(:after AS uuid) IS NULL OR entry_id > :after)
        AND (CAST(:since AS date) IS NULL OR day >= :since) AND (CAST(:until AS date) IS NULL OR day < :until)
    ORDER BY entry_id LIMIT :limit
""")


async def list_entries(
    work: UnitOfWork, *, since: date | None, until: date | None, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the acting account's entries, oldest first, of the days from `since` to before `until`."""
    values = {
        "account": work.actor.client_id, "after": after, "since": since, "until": until, "limit": limit,
    }  # fmt: skip
    return (await work.session.execute(_PAGE, values)).all()


def entry_document(row: Row[Any]) -> dict[str, Any]:
    """Return an entry as the interface shows it."""
    return {
        "entry": str(row.entry_id), "day": row.day.isoformat(), "inquiry": str(row.inquiry_id), "account": row.account,
        "product": row.product, "units": row.units, "overdraft": row.overdraft,
        "kind": "charge" if row.units > 0 else "reversal", "reverses": str(row.charge) if row.charge else None,
        "reason": row.reason,
    }  # fmt: skip


def as_csv(rows: Sequence[Row[Any]]) -> bytes:
    """Return entries as CSV."""
    return written_csv(COLUMNS, [entry_document(row) for row in rows])


def written_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV, with the mark that spreadsheets know UTF-8 by; nothing in it is taken for a formula."""
    written = io.StringIO()
    writer = csv.DictWriter(written, columns)
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _plain(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
