"""The health check's lines for an enterprise: how its categories of data stand, by what was loaded of it. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from connectors.catalogue.load import datasets
from gateway.scores.limits import Limits
from gateway.scores.loading import Loaded
from scoring_adapter.health import Evidence, Seen, Standing, lines_of
from scoring_adapter.health_rules import HealthSheet, Placed, bind_sheet, load_rules
from scoring_adapter.scorecard import load_scorecard

HEALTH_CHECK = "health_check"


@cache
def load_health_sheet() -> HealthSheet:
    """Return the shipped rules over the datasets of the catalogue."""
    placed = {name: Placed(one.category, one.freshness_days) for name, one in datasets().items()}
    return bind_sheet(load_rules(), load_scorecard(), placed)


def named_sheet() -> dict[str, Any]:
    """Return by which rules a health check was made, as its answer names them."""
    sheet = load_health_sheet()
    return {"name": sheet.rules.name, "version": sheet.rules.version, "digest": sheet.digest}


def health_lines(standing: Mapping[str, Standing], loaded: Loaded, limits: Limits, as_of: date) -> list[dict[str, Any]]:
    """Return a line for each category of what was loaded within limits."""
    evidence = Evidence(
        [(one.dataset, one.event_date) for one in loaded.held], loaded.objected, loaded.feeding.feeds
    )  # fmt: skip
    seen = Seen(limits.datasets, limits.data_from, limits.data_to)
    return lines_of(load_health_sheet(), standing, evidence, seen, as_of)
