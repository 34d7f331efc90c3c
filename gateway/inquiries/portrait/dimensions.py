"""The portrait's lines for an enterprise's dimensions, by what was loaded of it. Pure."""

from collections.abc import Mapping
from typing import Any

from gateway.inquiries.health import load_health_sheet
from gateway.inquiries.portrait.rules import load_portrait_sheet
from gateway.scores.loading import Loaded
from scoring_adapter.health import Evidence
from scoring_adapter.portrait import Side, lines_of
from scoring_adapter.scorecard import load_scorecard


def dimension_lines(sides: Mapping[str, Side], loaded: Loaded) -> list[dict[str, Any]]:
    """Return a line for each dimension of what was loaded."""
    names = {code: {"zh": one.zh, "en": one.en} for code, one in load_scorecard().card.dimensions.items()}
    evidence = Evidence(
        [(one.dataset, one.event_date) for one in loaded.held], loaded.objected, loaded.feeding.feeds
    )  # fmt: skip
    return lines_of(load_portrait_sheet(), load_health_sheet(), names, sides, evidence)
