"""What the operations of a portrait answer."""

from collections.abc import Mapping

from gateway.inquiries.sheet_operations import BEHIND
from gateway.web.operations import Operation

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/inquiries/{inquiry_id}/network/{form}": Operation((*BEHIND, "no-network")),
}
