"""A portrait without its figures, for institutions that are given bands alone. Pure."""

from collections.abc import Mapping, MutableSequence, Sequence
from typing import Any

from scoring_adapter.network.shares import CONTROL, PPM

_FIGURES = frozenset({"points", "computed", "held", "objected", "latest", "behind"})
_BANDS = ((PPM * 2 // 3, "two-thirds"), (CONTROL, "half"), (PPM // 4, "quarter"), (1, "less"))
BANDS = (*(name for _, name in _BANDS), "none")


def without_figures(details: Mapping[str, Any], withheld: MutableSequence[str]) -> dict[str, Any]:
    """Return the portrait's members among details: dimensions without points and counts, shares as bands, and of what
    changed the fields without their values. What is withheld is noted.
    """
    found: dict[str, Any] = {}
    if "dimensions" in details:
        found["dimensions"] = [
            {name: value for name, value in one.items() if name not in _FIGURES} for one in details["dimensions"]
        ]
        withheld.append("dimensions.figures")
    if "network" in details:
        found["network"] = _banded(details["network"])
        withheld.append("network.shares")
    if "changes" in details:
        changes = _banded(details["changes"])
        fields = [
            {name: value for name, value in one.items() if name not in {"before", "after"}}
            for one in changes["registration"]["fields"]
        ]
        found["changes"] = {**changes, "registration": {**changes["registration"], "fields": fields}}
        withheld.append("changes.values")
    return found


def without_objected(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return lines of dimensions that do not tell how many records are objected to."""
    return [
        {**one, "behind": [_but(each, "objected") for each in one["behind"]]} if "behind" in one else dict(one)
        for one in lines
    ]  # fmt: skip


def band_of(share: int | None) -> str | None:
    """Return the band of a share, None of one that is not known."""
    if share is None:
        return None
    return next((name for least, name in _BANDS if share >= least), "none")


def range_of(band: str) -> tuple[int, int | None]:
    """Return the least share of a band, and the least of the next one above it, None of the highest."""
    above = None
    for least, name in (*_BANDS, (0, "none")):
        if name == band:
            return least, above
        above = least
    raise ValueError(band)


def _banded(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a member of an answer with bands in the place of shares, however deep they stand."""
    if isinstance(value, dict):
        is_share = value.keys() >= {"kind", "before", "after"}
        return {
            name: band_of(each) if name == "share" or (is_share and name in {"before", "after"}) else _banded(each)
            for name, each in value.items()
        }
    return [_banded(one) for one in value] if isinstance(value, list) else value


def _but(line: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key != name}
