"""What an answer of risks shows of what was judged: in outline, or by the institution's output policy. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.inquiries.outputs.policy import OutputPolicy


def in_outline(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details with levels alone: no point says why."""
    return {**details, "risks": _without_points(details["risks"])}


def in_form_of_risks(details: Mapping[str, Any], policy: OutputPolicy, withheld: list[str]) -> dict[str, Any]:
    """Return the details in a policy's form, and note what that keeps back: `banded` leaves out the figures of signs,
    which tell measures; `flag` tells one bit, whether there is any level at all.
    """
    risks = details["risks"]
    shown = dict(details)
    if policy.form == "flag":
        shown.pop("risks")
        withheld += ["band", "reasons"]
        return {**shown, "at_risk": bool(risks)}
    if "reasons" in policy.left_out:
        withheld.append("reasons")
        return {**shown, "risks": _without_points(risks)}
    if policy.form == "banded":
        withheld.append("reasons.value")
        return {**shown, "risks": [_without_signs(one) for one in risks]}
    return shown


def _without_points(risks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "points"} for one in risks]


def _without_signs(risk: Mapping[str, Any]) -> dict[str, Any]:
    if "points" not in risk:
        return dict(risk)
    points = [{"point": one["point"], "name": one["name"]} for one in risk["points"]]
    return {**risk, "points": points}
