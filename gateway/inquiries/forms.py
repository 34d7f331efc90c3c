"""What answers of earlier forms had of a result, so that they are computed again as they were given. Pure."""

from dataclasses import replace

from gateway.inquiries.answers import Result
from scoring_adapter.scorecard import load_scorecard
from signing.canonical import canonical_bytes, sha256_hex

WITH_SHEETS = 5  # the first form whose health checks have a line for each category


def in_form(result: Result, version: int) -> Result:
    """Return a result as the answers of a form have it.

    Before 5, each tag that could not be computed named its datasets, and health checks had no categories.
    """
    if version >= WITH_SHEETS or "not_computable" not in result.details:
        return result
    fed = {one.tag.id: sorted(one.datasets) for one in load_scorecard().counted}
    details = {name: value for name, value in result.details.items() if name not in {"sheet", "health"}}
    details["not_computable"] = [{**one, "datasets": fed[one["tag"]]} for one in details["not_computable"]]
    details["basis"] = {name: value for name, value in details["basis"].items() if name != "sheet"}
    return replace(result, details=details, inputs=sha256_hex(canonical_bytes(details["basis"])), forms={})
