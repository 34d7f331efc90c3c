"""What the operation of sources answers."""

from collections.abc import Mapping

from gateway.web.operations import Operation

SOURCE = {
    "source": "tax-db", "dataset": "tax_arrears", "connector": "rest", "status": "active",
    "last_read_at": "2026-11-02T00:00:00+00:00", "watermark": '{"since": "2026-11-01"}', "faults": 0,
    "last_fault": None, "refusals": 0, "last_refusal": None, "dropped": 3,
    "dropped_since": "2026-10-01T00:00:00+00:00", "last_drop": "早于增量位点 older than the watermark",
}  # fmt: skip
OPERATIONS: Mapping[str, Operation] = {"GET /v1/sources": Operation(answered={"sources": [SOURCE]})}
