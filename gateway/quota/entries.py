"""The ledger as it is read: charges, and what was taken back, page by page or as a file."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from gateway.runtime.work import UnitOfWork

COLUMNS = ("entry", "day", "inquiry", "account", "product", "units", "overdraft", "kind")
_PAGE = text("""
    SELECT entry_id, day, inquiry_id, account, product, units, overdraft FROM quota_ledger
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
        "kind": "charge" if row.units > 0 else "reversal",
    }  # fmt: skip


def as_csv(rows: Sequence[Row[Any]]) -> bytes:
    """Return entries as CSV, with the mark that spreadsheets know UTF-8 by."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows(entry_document(row) for row in rows)
    return written.getvalue().encode("utf-8-sig")
