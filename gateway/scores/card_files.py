"""A card in a file, or in the folder that `xinqiao score fit` wrote."""

from pathlib import Path

from scoring_adapter.card import read_card
from scoring_adapter.errors import CardError
from scoring_adapter.scorecard import Scorecard, bind
from scoring_adapter.tags.load import load_tags


def read_card_file(path: Path) -> Scorecard:
    """Return the card, bound to the tags. Raises CardError for one that is wrong, OSError where it cannot be read."""
    file = path / "card.yaml" if path.is_dir() else path
    try:
        source = file.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise CardError(f"{file} 不是 UTF-8 文本 is no text in UTF-8") from fault
    return bind(read_card(source), load_tags())
