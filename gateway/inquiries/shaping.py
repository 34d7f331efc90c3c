"""What an answer shows of what was computed. Pure: the same is shown whenever it is computed again."""

from dataclasses import replace

from gateway.inquiries.answers import Result
from gateway.inquiries.extent import Extent

# What stands behind a result, and is told in detail alone.
DETAILS = frozenset({"reasons", "not_computable", "objected", "tags"})


def shaped(result: Result, extent: Extent) -> Result:
    """Return as much of a result as was asked for: in outline, the result without what stands behind it."""
    if extent.tier == "detail":
        return result
    details = {name: value for name, value in result.details.items() if name not in DETAILS}
    if "missing" in details:
        details["missing"] = [
            {name: value for name, value in one.items() if name != "datasets"} for one in details["missing"]
        ]
    return replace(result, details=details)
