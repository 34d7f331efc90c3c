"""What may be told to who does not oversee: levels judged anew, by the points alone whose measures are open. Pure.

A level that rests on what may not be told would tell it: it is not the level that is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from risk_monitor.names import LEVELS
from risk_monitor.watch import NO_TAGS, RiskType, Watch
from risk_monitor.words import told

Signs = Sequence[tuple[int, int]]  # the places of signs that hold, each with its measure


@dataclass(frozen=True)
class ToldPoint:
    """A point that may be told: its id, and the signs that hold, by place, each with its measure."""

    point: str
    signs: Signs


@dataclass(frozen=True)
class ToldRisk:
    """A level of a type of risk as it may be told, and its points, the heaviest first."""

    kind: RiskType
    level: str
    points: Sequence[ToldPoint]


def tell(watch: Watch, kind: str, points: Mapping[str, Signs], open_measures: Collection[str]) -> ToldRisk | None:
    """Return what the open measures of points come to; None where that is no level.

    What the network and the watch over platforms give is never open: it is about others.
    """
    of_type = watch.type_by_id[kind]
    held: list[ToldPoint] = []
    for name, signs in points.items():
        measures = [sign.measure for sign in watch.by_id[name].signs]
        own = [(place, value) for place, value in signs if measures[place] in open_measures]
        own = [(place, value) for place, value in own if not measures[place].startswith(NO_TAGS)]
        if own:
            held.append(ToldPoint(name, own))
    score = sum(of_type.points[one.point] for one in held)
    reached = [level for level in LEVELS if score >= of_type.levels[level]]
    if not reached:
        return None
    return ToldRisk(of_type, reached[-1], sorted(held, key=lambda one: (-of_type.points[one.point], one.point)))


def told_members(watch: Watch, risk: ToldRisk, since: str) -> dict[str, object]:
    """Return a risk as an answer has it: type, level, since when, and each point with what its signs say."""
    return {
        "type": risk.kind.id, "name": {"zh": risk.kind.name.zh, "en": risk.kind.name.en}, "level": risk.level,
        "since": since,
        "points": [
            {
                "point": one.point,
                "name": {"zh": watch.by_id[one.point].name.zh, "en": watch.by_id[one.point].name.en},
                "signs": [
                    {"zh": said.zh, "en": said.en}
                    for place, value in one.signs for said in (told(watch.by_id[one.point].signs[place], value),)
                ],
            }
            for one in risk.points
        ],
    }  # fmt: skip
