"""The rules that portraits are made by, bound to the catalogue; which data is read for them. Pure."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from connectors.catalogue.load import datasets
from gateway.inquiries.health import load_health_sheet
from gateway.scores.limits import Limits
from scoring_adapter.network.declared import RELATIONS
from scoring_adapter.portrait_rules import PortraitSheet, bind_portrait, load_rules
from scoring_adapter.scorecard import load_scorecard

PORTRAIT = "portrait"
REGISTRATION, FILINGS = "ent_registration", "ent_change"
READ = frozenset({*RELATIONS, REGISTRATION, FILINGS})  # beside what tags are computed from


@cache
def load_portrait_sheet() -> PortraitSheet:
    """Return the shipped rules over the datasets of the catalogue."""
    return bind_portrait(load_rules(), load_scorecard(), load_health_sheet())


def named_portrait() -> dict[str, Any]:
    """Return by which rules a portrait was made, as its answer names them."""
    sheet = load_portrait_sheet()
    return {"name": sheet.rules.name, "version": sheet.rules.version, "digest": sheet.digest}


def own_relations(limits: Limits) -> tuple[str, ...]:
    """Return the datasets from which an enterprise's own relations may be told."""
    return tuple(name for name in RELATIONS if limits.reads(name))


def open_relations(own: Iterable[str]) -> tuple[str, ...]:
    """Return those of these datasets from which everybody's relations may be told: what is published.

    What is not published of another enterprise would take that enterprise's own consent.
    """
    return tuple(name for name in own if datasets()[name].sharing == "public")
