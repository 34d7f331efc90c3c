"""What a card and its report must be before they are put in force. Pure."""

import orjson

from connectors.catalogue.load import datasets
from scoring_adapter.card import Card
from scoring_adapter.errors import CardError
from scoring_adapter.scorecard import Scorecard, bind_source, load_scorecard

LONGEST_CARD, LONGEST_REPORT = 30_000, 20_000  # characters
FIGURES = ("auc", "ks", "bands_in_order")  # without these a report tells nothing of how a card orders


def read_released(source: str) -> Scorecard:
    """Return a card that may be put in force. Raises CardError, which says what stands in the way.

    Bands and dimensions are those of the shipped card: institutions' rules and pages go by their ids. So are the
    categories of data: enterprises have permitted these, and a card that reads others would need consents anew.
    """
    card, shipped = bind_source(source), load_scorecard()
    told, known = card.card, shipped.card
    if told.name != known.name:
        raise CardError(f"name：须为 must be {known.name}")
    if told.version <= known.version:
        raise CardError(f"version：须大于随程序发布的 {known.version} must be above the shipped card's {known.version}")
    if [(one.id, one.name) for one in told.bands] != [(one.id, one.name) for one in known.bands]:
        raise CardError("bands：编号与名称须与现行相同，只有界限可以改 ids and names stay, bounds alone may change")
    if _named(told) != _named(known):
        raise CardError("dimensions：编号与名称须与现行相同 ids and names stay as they are")
    if more := sorted(categories_of(card) - categories_of(shipped)):
        raise CardError(f"所读数据超出授权所列的类别 it reads categories that no consent to a score has: {more}")
    return card


def check_report(report: str, model: str) -> None:
    """Pass where this is what `xinqiao score validate --json` told of the card. Raises CardError."""
    try:
        told = orjson.loads(report)
    except orjson.JSONDecodeError as fault:
        raise CardError("验证报告不是 JSON the report is no JSON: xinqiao score validate --json") from fault
    if not isinstance(told, dict) or told.get("model") != model:
        raise CardError(f"验证报告不是此卡的 the report is not of this card: {model}")
    if lacking := [name for name in FIGURES if name not in told]:
        raise CardError(f"验证报告没有 the report lacks {', '.join(lacking)}")


def categories_of(card: Scorecard) -> frozenset[str]:
    """Return the categories of the data that a card's tags are computed from."""
    known = datasets()
    return frozenset(known[name].category for one in card.counted for name in one.datasets if name in known)


def _named(card: Card) -> list[tuple[str, str, str]]:
    return [(code, of.zh, of.en) for code, of in card.dimensions.items()]
