"""What answers of earlier forms had of a result, so that they are computed again as they were given. Pure."""

from dataclasses import replace
from typing import Any

from gateway.inquiries.answers import Result
from scoring_adapter.scorecard import load_scorecard
from signing.canonical import canonical_bytes, sha256_hex

WITH_SHEETS = 5  # the first form whose health checks have a line for each category
WITH_IMPROVEMENTS = 6  # the first that tells what would raise the score, and where it lies in its industry


def in_form(result: Result, version: int) -> Result:
    """Return a result as the answers of a form have it.

    Before 6, nothing told what would raise the score, nor where it lies, and reasons had no codes. Before 5, each tag
    that could not be computed named its datasets, and health checks had no categories.
    """
    if version >= WITH_IMPROVEMENTS or "not_computable" not in result.details:
        return result
    return _before_sheets(_before_improvements(result)) if version < WITH_SHEETS else _before_improvements(result)


def _before_improvements(result: Result) -> Result:
    details = {name: value for name, value in result.details.items() if name not in {"improvements", "industry"}}
    details["card"] = {name: value for name, value in details["card"].items() if name != "base"}
    details["reasons"] = [{name: one[name] for name in ("tag", "points", "zh", "en")} for one in details["reasons"]]
    return _resting(result, details, "rules")


def _before_sheets(result: Result) -> Result:
    fed = {one.tag.id: sorted(one.datasets) for one in load_scorecard().counted}
    details = {name: value for name, value in result.details.items() if name not in {"sheet", "health"}}
    details["not_computable"] = [{**one, "datasets": fed[one["tag"]]} for one in details["not_computable"]]
    return _resting(result, details, "sheet")


def _resting(result: Result, details: dict[str, Any], without: str) -> Result:
    """Return a result with other details, resting on the same without one member."""
    basis = {name: value for name, value in details["basis"].items() if name != without}
    return replace(
        result, details={**details, "basis": basis}, inputs=sha256_hex(canonical_bytes(basis)), forms={}
    )  # fmt: skip
