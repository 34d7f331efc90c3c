"""Rules or a model that wait to be put in force, as the page of the change shows them; a back-test in short. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from gateway.watches.checks import read_model, read_rules
from gateway.watches.names import Kind
from risk_monitor.errors import WatchError

FIGURES = ("days", "rows", "bad", "precision", "recall", "lead")
BUDGET_PPM = 15_000  # what people can look at
_PPM = 10_000


@lru_cache(maxsize=32)
def outlined(kind: Kind, source: str, report: str) -> dict[str, str]:
    """Return which rules or model it is, and the figures of its back-test."""
    try:
        read = read_rules(source) if kind == "rules" else read_model(source)
    except WatchError:  # of an earlier release of the program: nothing of it is known here
        return {"watch_told": "?"}
    figures = figures_of(kind, orjson.loads(report))
    told = f"{kind}/{read.version}+{read.digest[:12]}"
    return {"watch_told": told, **{f"watch_{name}": value for name, value in figures.items()}}


def figures_of(kind: Kind, report: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the figures of a back-test that people look at first, where 1.5 % are looked at; none of none."""
    if not report:
        return {}
    rows = report["all"].get(kind, ())
    found: Mapping[str, Any] = next((one for one in rows if one["budget_ppm"] == BUDGET_PPM), {})
    told = {
        "days": len(report["periods"]), "rows": report["rows"], "bad": report["bad"],
        "precision": percent(found.get("precision_ppm")), "recall": percent(found.get("recall_ppm")),
        "lead": found.get("lead_days"),
    }  # fmt: skip
    return {name: str(value) for name, value in told.items() if value is not None}


def percent(ppm: int | None) -> str | None:
    """Return millionths as a person reads them."""
    return None if ppm is None else f"{ppm / _PPM:.2f}%"
