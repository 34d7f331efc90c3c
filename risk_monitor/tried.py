"""A watch that somebody brings to be tried: small, sound, and of what can be measured and told. Pure."""

from collections.abc import Collection

import yaml

from risk_monitor.errors import WatchError
from risk_monitor.load import read_watch, wrong_form
from risk_monitor.names import KINDS
from risk_monitor.watch import Watch

LONGEST = 60_000  # characters
MOST_POINTS = 100
MOST_SIGNS = 200  # of all points together


def read_tried(source: str, known: Collection[str]) -> Watch:
    """Read a watch whose measures are all known. Raises WatchError that names what stands in the way."""
    if len(source) > LONGEST:
        raise WatchError(f"至多 {LONGEST} 个字符 {LONGEST} characters at most")
    watch = read_watch(_without_aliases(source))
    if len(watch.points) > MOST_POINTS or sum(len(point.signs) for point in watch.points) > MOST_SIGNS:
        raise WatchError(
            f"至多 {MOST_POINTS} 个风险点、{MOST_SIGNS} 个迹象 {MOST_POINTS} points, {MOST_SIGNS} signs at most"
        )
    if unknown := sorted(set(watch.measures) - set(known)):
        raise WatchError(f"没有这些指标 no such measures: {'、'.join(unknown)}")
    if unknown := sorted({kind.id for kind in watch.types} - set(KINDS)):
        raise WatchError(f"没有这些类型 no such types of risk: {'、'.join(unknown)}")
    if not watch.types:
        raise WatchError("没有类型 it has no type of risk")
    return watch


def _without_aliases(source: str) -> str:
    """Pass on a text without aliases: a few lines of them come to millions of signs. Raises WatchError."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(source)):
            raise WatchError("不能用 YAML 别名 it cannot use aliases of YAML")
    except yaml.YAMLError as fault:
        raise wrong_form(fault) from fault
    return source
