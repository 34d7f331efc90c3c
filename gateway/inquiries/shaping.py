"""What an answer shows of what was computed. Pure: the same is shown whenever it is computed again."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from gateway.inquiries.answers import RECORDS, STATEMENT_VERSION, WATCHED, Result
from gateway.inquiries.extent import Extent
from gateway.inquiries.forms import WITH_SHEETS, in_form
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.portrait.banding import without_figures, without_objected
from gateway.inquiries.records.shaping import in_form_of_records
from gateway.inquiries.watched.shaping import in_form_of_risks, in_outline
from scoring_adapter.scorecard import load_scorecard

# What stands behind a result, and is told in detail alone.
DETAILS = frozenset({
    "reasons", "not_computable", "objected", "tags", "health", "published", "items", "values", "improvements",
    "industry", "dimensions", "network", "changes",
})  # fmt: skip
# Of a category's line: how much there is of what, from which tags' values could be told.
COUNTS = frozenset({"computed", "held", "objected", "latest", "windows"})
# What tells so much of what another member does that it goes with it.
_WITH = {"reasons": ("improvements",), "tags": ("improvements", "industry")}
_DIGESTS = ("records", "beyond")  # of the basis: which records an answer rests on


@dataclass(frozen=True)
class Shape:
    """How much of a result is shown, in which form, with whose salt; older answers had neither policy nor salt.
    `version` is that of the answer: banded ones told the values of tags before 5.
    """

    extent: Extent
    policy: OutputPolicy | None = None
    salt: bytes | None = None
    version: int = STATEMENT_VERSION


def shaped(result: Result, shape: Shape) -> Result:
    """Return a result as it is shown; what the policy withholds of it is named."""
    if result.parts:
        return _shaped_parts(result, shape)
    if result.outcome == WATCHED:
        return _of_risks(result, shape)
    result = in_form(result, shape.version)
    shown = _outlined(result) if shape.extent.tier == "basic" else result
    if shown.outcome == RECORDS:
        return _of_records(shown, shape)
    shown = _salted(shown, shape.salt) if shape.salt else shown
    if shape.policy is None:
        return shown
    withheld: list[str] = []
    shown = _FORMS[shape.policy.form](shown, shape.policy, withheld)
    if shape.policy.form == "banded" and shape.version >= WITH_SHEETS:
        shown = _uncounted(shown, withheld)
    details = _without(shown.details, shape.policy.left_out, withheld)
    told = {**shape.policy.members(), "withheld": sorted(set(withheld))}
    return replace(shown, details={**details, "policy": told})


def _of_records(result: Result, shape: Shape) -> Result:
    """Return records, or a view of them, as they are shown: in the policy's form, with the institution's digests."""
    assert shape.policy is not None, "a release that had records had policies and salts"  # noqa: S101
    assert shape.salt is not None  # noqa: S101
    withheld: list[str] = []
    details = in_form_of_records(result.details, shape.policy, shape.salt, withheld)
    shown = _salted(replace(result, details=details), shape.salt)
    details = _without(shown.details, shape.policy.left_out, withheld)
    if "records" in shape.policy.left_out:
        for name in {"items", "values"} & details.keys():
            details[name] = _cut(details[name], {"digest"})
    return replace(shown, details={**details, "policy": {**shape.policy.members(), "withheld": sorted(set(withheld))}})


def _of_risks(result: Result, shape: Shape) -> Result:
    """Return risks as they are shown; they rest on no record that could be named."""
    assert shape.policy is not None, "a release that had risks had policies and salts"  # noqa: S101
    assert shape.salt is not None  # noqa: S101
    withheld: list[str] = []
    details = in_outline(result.details) if shape.extent.tier == "basic" else result.details
    details = in_form_of_risks(details, shape.policy, withheld)
    shown = _salted(replace(result, details=details), shape.salt)
    return replace(shown, details={**shown.details, "policy": {**shape.policy.members(), "withheld": sorted(withheld)}})


def _shaped_parts(result: Result, shape: Shape) -> Result:
    """Return a joint answer as it is shown: what holds for its common score holds for each of its parts."""
    shown, parts = shaped(replace(result, parts=()), shape), []
    withheld = set(shown.details["policy"]["withheld"]) if shape.policy else set()
    for one in result.parts:
        if isinstance(one.result, str):
            parts.append(one)
            continue
        own = shaped(one.result, shape)
        details = dict(own.details)
        withheld |= set(details.pop("policy")["withheld"]) if shape.policy else set()
        parts.append(replace(one, result=replace(own, details=details)))
    if shape.policy:
        told = {**shown.details["policy"], "withheld": sorted(withheld)}
        shown = replace(shown, details={**shown.details, "policy": told})
    return replace(shown, parts=tuple(parts))


def _outlined(result: Result) -> Result:
    """Return the result without what stands behind it."""
    details = {name: value for name, value in result.details.items() if name not in DETAILS}
    if "missing" in details:
        details["missing"] = [
            {name: value for name, value in one.items() if name != "datasets"} for one in details["missing"]
        ]
    return replace(result, details=details)


def _salted(result: Result, salt: bytes) -> Result:
    """Return a result whose digests are the institution's own; a provider's has that of its inputs alone."""
    basis = result.details.get("basis")
    if basis is None:
        return replace(result, inputs=salted(result.inputs, salt))
    own = {name: sorted(salted(one, salt) for one in basis[name]) for name in _DIGESTS}
    return result.on({**basis, **own, "salt": salt.hex()})


def _raw(result: Result, _policy: OutputPolicy, _withheld: list[str]) -> Result:
    return result


def _banded(result: Result, _policy: OutputPolicy, withheld: list[str]) -> Result:
    """Leave out all points: the score, what each reason and tag brought, and what would raise it, where it lies."""
    details = _without(result.details, ("improvements", "industry"), withheld)
    withheld += ["score"] if result.score is not None else []
    if any(isinstance(one, str) for one in details.get("reasons", ())):  # a provider's own words may tell them
        details.pop("reasons")
        withheld.append("reasons")
    elif "reasons" in details:
        details["reasons"] = [_unpointed(one) for one in details["reasons"]]
        withheld.append("reasons.points")
    if "tags" in details:
        details["tags"] = [{**one, "points": None} for one in details["tags"]]
        withheld.append("tags.points")
    return replace(result, score=None, details=details)


def _uncounted(result: Result, withheld: list[str]) -> Result:
    """Leave out of a sheet the values of tags, also in its reasons, and the counts that some are: points follow from
    them by the published card.
    """
    details = dict(result.details)
    if "tags" in details:
        details["tags"] = [{**one, "value": None} for one in details["tags"]]
        withheld.append("tags.value")
    details |= without_figures(details, withheld)
    if "health" in details:
        details["health"] = _cut(details["health"], COUNTS)
        withheld.append("health.counts")
    if "reasons" in details and ("health" in details or "dimensions" in details):
        details["reasons"] = [_unvalued(one) for one in details["reasons"]]
        withheld.append("reasons.value")
    return replace(result, details=details)


def _cut(lines: Sequence[Mapping[str, Any]], names: AbstractSet[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name not in names} for one in lines]


def _unpointed(reason: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reason without its points, which stand at the end of its words too, and follow from its step."""
    words = {"zh": str(reason["zh"]).rpartition("（")[0], "en": str(reason["en"]).rpartition(" (")[0]}
    left = {name: value for name, value in reason.items() if name not in {"code", "best"}}
    return {**left, **words, "points": None}


def _unvalued(reason: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reason, which has lost its points, with the tag's name alone: its words hold the value."""
    name = load_scorecard().tags.by_id[reason["tag"]].name
    return {**reason, "zh": name.zh, "en": name.en}


def _flagged(result: Result, policy: OutputPolicy, withheld: list[str]) -> Result:
    """Leave one bit: whether the score is high enough, nothing where there is none."""
    assert policy.threshold is not None, "a flag has a threshold"  # noqa: S101 - see OutputPolicy.fault
    met = None if result.score is None else result.score >= policy.threshold
    details = _without(result.details, (*sorted(DETAILS), "missing", "records"), withheld)
    details["flag"] = {"at_least": policy.threshold, "met": met}
    withheld += ["score", "band"]
    return replace(result, score=None, band=None, details=details)


_FORMS: Mapping[str, Callable[[Result, OutputPolicy, list[str]], Result]] = {
    "raw": _raw, "banded": _banded, "flag": _flagged,
}  # fmt: skip


def _without(details: Mapping[str, Any], names: tuple[str, ...], withheld: list[str]) -> dict[str, Any]:
    """Return details without some members, and note which of them were there."""
    names = (*names, *(more for name, several in _WITH.items() if name in names for more in several))
    kept = {name: value for name, value in details.items() if name not in names}
    withheld += [name for name in names if name in details]
    basis = kept.get("basis")
    if "records" in names and basis and any(name in basis for name in _DIGESTS):
        kept["basis"] = {name: value for name, value in basis.items() if name not in _DIGESTS}
        withheld.append("records")
    if "dimensions" in kept and "objected" in names:
        kept["dimensions"] = without_objected(kept["dimensions"])
    if "health" in kept and {"tags", "objected"} & set(names):
        gone = COUNTS if "tags" in names else {"objected"}
        kept["health"] = _cut(kept["health"], gone)
        withheld += ["health.counts"] if "tags" in names else []
    return kept
