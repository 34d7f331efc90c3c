"""A source as the interface and the command line show it."""

from typing import Any

from connectors.conversion.cells import without_citizens
from connectors.store.tables import Source


def source_document(row: Source) -> dict[str, Any]:
    """Return how far a source was read, what last went wrong, and what its reads passed over, and since when."""
    return {
        "dataset": row.dataset, "connector": row.connector, "status": row.status,
        "last_read_at": row.last_read_at.isoformat() if row.last_read_at else None,
        "watermark": without_citizens(row.watermark or "") or None,
        "faults": row.faults, "last_fault": row.last_fault,
        "refusals": row.refusals, "last_refusal": row.last_refusal,
        "dropped": row.dropped, "dropped_since": row.dropped_since.isoformat() if row.dropped_since else None,
        "last_drop": row.last_drop,
    }  # fmt: skip
