"""What rules, a model and their back-test must be before they are put in force. Pure."""

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from gateway.watches.measures import known_measures
from gateway.watches.names import Kind
from risk_monitor.errors import WatchError
from risk_monitor.load import VERSION, read_watch
from risk_monitor.names import KINDS
from risk_monitor.watch import Watch

if TYPE_CHECKING:
    from risk_monitor.learned import Learned

LONGEST_SOURCE, LONGEST_REPORT = 60_000, 40_000  # characters
_TOLD = {"rules": "watch", "model": "model"}  # where a report names what it is of


@lru_cache(maxsize=32)
def read_rules(source: str) -> Watch:
    """Return rules that may be put in force. Raises WatchError.

    Types are those of the shipped rules: pages and the interface go by them. So is what the network gives.
    """
    watch = read_watch(source)
    if watch.version <= VERSION:
        raise WatchError(f"version：须大于随程序发布的 {VERSION} must be above the shipped rules' {VERSION}")
    if tuple(kind.id for kind in watch.types) != KINDS:
        raise WatchError(f"types：须依次为 must be {', '.join(KINDS)}")
    _check_measures(watch.measures)
    return watch


@lru_cache(maxsize=32)
def read_model(source: str) -> "Learned":
    """Return a model that may be put in force. Raises WatchError."""
    from risk_monitor.learned import read_learned  # the service starts without numpy

    model = read_learned(source)
    _check_measures(model.measures)
    return model


def check_report(kind: Kind, digest: str, report: str) -> None:
    """Pass where this is what `xinqiao risk evaluate --json` told of it on a table of past days. Raises WatchError."""
    try:
        told = orjson.loads(report)
    except orjson.JSONDecodeError as fault:
        raise WatchError("回测报告不是 JSON the report is no JSON: xinqiao risk evaluate --json") from fault
    of = told.get(_TOLD[kind]) if isinstance(told, dict) else None
    if not isinstance(of, dict) or of.get("digest") != digest:
        raise WatchError(f"回测报告不是它的 the report is not of this one: {digest[:12]}")
    if not told.get("periods"):
        raise WatchError("回测须在过去的日子上 a back-test is of past days: the table's column period")


def _check_measures(measures: tuple[str, ...]) -> None:
    known = known_measures()
    if unknown := [name for name in measures if name not in known]:
        raise WatchError(f"没有这些指标 no such measures: {'、'.join(unknown)}")
