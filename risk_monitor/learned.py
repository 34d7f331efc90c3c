"""A model that was learned from outcomes: points for each measure, added up, and the chance that they stand for. Pure.

Points are whole numbers: 100 more double the odds of going bad. What most enterprises have counts 0, so that the points
of a measure are a reason that people can read. A model is data; this is all that runs it.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import yaml
from numpy.typing import NDArray

from risk_monitor.errors import WatchError
from risk_monitor.judging import Measures
from risk_monitor.load import wrong_form
from risk_monitor.watch import Watch
from signing.canonical import canonical_bytes, sha256_hex

ALL_PPM = 1_000_000
MOST_POINTS, MOST_MEASURES, MOST_STEPS = 10_000, 200, 1_000
Points = NDArray[np.int64]


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a measure counts: `points` from each of `bounds` on, the first below all of them; `none` without a value."""

    measure: str
    bounds: list[int]
    points: list[int]
    none: int


class Learned(msgspec.Struct, forbid_unknown_fields=True, frozen=True, dict=True):
    """A model. `chances` are pairs, rising in both: so many points, and the chance to go bad in millionths; between two
    of them it lies on the line. `days` is how far ahead outcomes were looked for.
    """

    version: int
    days: int
    base: int
    parts: list[Part]
    chances: list[tuple[int, int]]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its canonical form, in hexadecimal digits."""
        return sha256_hex(canonical_bytes(msgspec.to_builtins(self)))

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures that it reads."""
        return tuple(part.measure for part in self.parts)


def read_learned(source: str) -> Learned:
    """Read a model. Raises WatchError that names every fault."""
    try:
        model = msgspec.convert(yaml.safe_load(source), Learned)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError) as fault:
        raise wrong_form(fault, "模型的形式不对 the form of the model is wrong") from fault
    if faults := _faults(model):
        raise WatchError("；".join(faults))
    return model


def write_learned(model: Learned) -> str:
    """Return a model as YAML."""
    return yaml.safe_dump(msgspec.to_builtins(model), sort_keys=False, default_flow_style=None, width=120)


def read_by(watch: Watch, model: Learned | None) -> list[str]:
    """Return the measures that the rules or the model read, if there is one, each once."""
    return list(dict.fromkeys([*watch.measures, *(model.measures if model else ())]))


def points_of(model: Learned, measures: Measures) -> tuple[Points, Points]:
    """Return each enterprise's points, and those of each part in a column of its own."""
    columns = [_points(part, measures) for part in model.parts]
    apart = np.stack(columns, axis=1)
    return model.base + apart.sum(axis=1), apart


def chance_of(model: Learned, points: Points) -> Points:
    """Return the chances that points stand for, in millionths."""
    at, chances = np.array(model.chances, np.float64).T
    whole: Points = np.rint(np.interp(points, at, chances)).astype(np.int64)
    return whole


def order_of(points: Points, subjects: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of enterprises, those to look at first first: by points, then number."""
    return np.lexsort((subjects, -points))


def in_turn(orders: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return one order out of several: the first of each in turn, whoever was named before is passed over."""
    woven = np.stack(orders, axis=1).ravel()
    _, firsts = np.unique(woven, return_index=True)
    return woven[np.sort(firsts)]


def _points(part: Part, measures: Measures) -> Points:
    if part.measure not in measures.values:
        number = len(next(iter(measures.values.values()), np.empty(0)))
        return np.full(number, part.none)
    places = np.searchsorted(np.array(part.bounds), measures.values[part.measure], side="right")
    return np.where(measures.given[part.measure], np.array(part.points)[places], part.none)


def _faults(model: Learned) -> list[str]:
    faults = [] if len(set(model.measures)) == len(model.parts) else ["指标重复 a measure stands twice"]
    if not 0 < len(model.parts) <= MOST_MEASURES or model.version < 1 or model.days < 1:
        faults.append(f"版本和天数须为正，指标 1–{MOST_MEASURES} 个 version and days are above 0, some measures")
    for part in model.parts:
        if len(part.points) != len(part.bounds) + 1 or len(part.bounds) > MOST_STEPS or not _rise(part.bounds):
            faults.append(f"{part.measure}：界限须递增，分值比界限多一个 bounds rise, points are one more")
        if any(abs(one) > MOST_POINTS for one in [*part.points, part.none]):
            faults.append(f"{part.measure}：分值至多 points are at most ±{MOST_POINTS}")
    ats, chances = [at for at, _ in model.chances], [chance for _, chance in model.chances]
    if not ats or not _rise(ats) or chances != sorted(chances) or not 0 <= chances[0] <= chances[-1] <= ALL_PPM:
        faults.append("chances：分值与概率须递增，概率 0–1000000 both rise, chances are 0–1000000")
    return faults


def _rise(numbers: Sequence[Any]) -> bool:
    return all(lower < higher for lower, higher in pairwise(numbers))
