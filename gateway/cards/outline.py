"""A card that waits to be put in force, as the page of the change shows it. Pure."""

from functools import lru_cache
from typing import Any

import orjson

from gateway.cards.listing import figures_of
from scoring_adapter.card import load_card, read_card
from scoring_adapter.errors import CardError


@lru_cache(maxsize=32)
def outlined(source: str, report: str) -> dict[str, Any]:
    """Return the model, how many tags the card counts, which more and which no more than the shipped one, and the
    figures of its report.
    """
    try:
        card = read_card(source)
    except CardError:  # of an earlier release of the program: nothing of it is known here
        return {"model": "?"}
    counted, before = ({entry.tag for entry in one.entries} for one in (card, load_card()))
    figures = figures_of(orjson.loads(report))
    return {
        "model": card.model(), "card_tags": len(counted), "card_come": sorted(counted - before),
        "card_gone": sorted(before - counted), **{f"card_{name}": value for name, value in figures.items()},
    }  # fmt: skip
