"""Reads the watch in force from its YAML, and refuses one that is not sound. Pure but for the file."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec
import yaml

from risk_monitor.errors import WatchError
from risk_monitor.names import LEVELS
from risk_monitor.watch import Point, RiskType, Watch

VERSION = 2
_MOST_WEIGHT, _MOST_PPM, _MOST_DAYS = 100, 1_000_000, 366


@cache
def load_watch(version: int = VERSION) -> Watch:
    """Return the watch in force, or an earlier version: what was found by it is told in its words."""
    return read_watch(files("risk_monitor").joinpath(f"watches/watch-{version}.yaml").read_text("utf-8"))


def read_watch(source: str) -> Watch:
    """Read a watch. Raises WatchError that names every fault."""
    try:
        watch = msgspec.convert(yaml.safe_load(source), Watch)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError) as fault:
        raise wrong_form(fault) from fault
    if faults := list(_faults(watch)):
        raise WatchError("；".join(faults))
    return watch


def wrong_form(fault: Exception, said: str = "监测规则的形式不对 the form of the watch is wrong") -> WatchError:
    """Return what is said of a text that is no watch, or no model: where it is wrong, not what libraries say of it."""
    place = ""
    if isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark:
        line = fault.problem_mark.line + 1
        place = f"：第 {line} 行 line {line}"
    elif found := re.search(r"at `(?:key in )?\$?\.?([^`]*)`", str(fault)):
        place = f"：{found[1]}"
    return WatchError(said + place)


def _faults(watch: Watch) -> Iterator[str]:
    ids = [point.id for point in watch.points] + [kind.id for kind in watch.types]
    if len(set(ids)) < len(ids):
        yield "编号重复 an id stands twice"
    if not (0 < watch.review_ppm <= _MOST_PPM and 0 <= watch.cool_days <= _MOST_DAYS):
        yield f"review_ppm 须为 is 1–{_MOST_PPM}，cool_days 0–{_MOST_DAYS}"
    for point in watch.points:
        yield from _of_point(point)
    for kind in watch.types:
        yield from _of_type(watch, kind)
    weighed = {name for kind in watch.types for name in kind.points}
    yield from (f"{one.id}：不属于任何类型 belongs to no type" for one in watch.points if one.id not in weighed)


def _of_point(point: Point) -> Iterator[str]:
    if not point.signs:
        yield f"{point.id}：没有迹象 has no sign"
    for sign in point.signs:
        if (sign.at_least is None) == (sign.below is None):
            yield f"{point.id}：at_least 与 below 恰取其一 takes one of them"


def _of_type(watch: Watch, kind: RiskType) -> Iterator[str]:
    if unknown := kind.points.keys() - watch.by_id.keys():
        yield f"{kind.id}：没有这些风险点 no such points: {'、'.join(sorted(unknown))}"
    if not all(0 < weight <= _MOST_WEIGHT for weight in kind.points.values()):
        yield f"{kind.id}：权重须为 a weight is 1–{_MOST_WEIGHT}"
    if kind.levels.keys() != set(LEVELS) or not _rise([kind.levels[level] for level in LEVELS]):
        yield f"{kind.id}：等级须依次升高 levels rise: {', '.join(LEVELS)}"
    elif kind.levels["restriction"] > sum(kind.points.values()):
        yield f"{kind.id}：最高等级达不到 its highest level cannot be reached"


def _rise(scores: list[int]) -> bool:
    return all(lower < higher for lower, higher in pairwise([0, *scores]))
