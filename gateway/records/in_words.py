"""A record's values as people read them: by the names of its fields, codes as words, amounts with their unit."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from connectors.catalogue.load import get_dataset
from connectors.model.datasets import Field
from gateway.console.words import NOTHING, Words
from scoring_adapter.scorecard import Scorecard

_AMOUNTS = frozenset({"money", "number"})
IN_A_LINE = 3  # values that tell one record from another


@lru_cache(maxsize=8)
def scored_by(card: Scorecard) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the datasets a card computes its score from, with the names of what it computes (zh, en)."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in card.counted:
        for dataset in one.datasets:
            found[dataset] = (*found.get(dataset, ()), (one.tag.name.zh, one.tag.name.en))
    return found


def values_of(words: Words, dataset: str, content: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return label and text of each value of a canonical record; nothing where only its digest is left."""
    fields = get_dataset(dataset).fields
    held = content["fields"] if content else {}
    return [(of.zh, _text(words, of, held[name])) for name, of in fields.items() if held.get(name) not in (None, "")]


def in_a_line(words: Words, dataset: str, content: Mapping[str, Any] | None) -> str:
    """Return the few values of a record that tell it from others, in a line: its key's, then the first ones."""
    fields = get_dataset(dataset)
    held = content["fields"] if content else {}
    own = (content["name"], content["identifier"]["value"]) if content else ()  # whose record it is, is known here
    nothing = (None, "", [], *own)
    order = [name for name in (*fields.key, *fields.fields) if name in fields.fields and held.get(name) not in nothing]
    chosen = list(dict.fromkeys(order))[:IN_A_LINE]
    return " · ".join(_text(words, fields.fields[name], held[name], labelled=False) for name in chosen) or NOTHING


def _text(words: Words, of: Field, value: object, *, labelled: bool = True) -> str:
    if isinstance(value, bool):
        return words("yes") if value else words("ent-no")
    if isinstance(value, list):
        return words.listed(_text(words, of, one) for one in value)
    said = of.codes.get(str(value), str(value))
    if of.type not in _AMOUNTS:
        return said
    try:
        unit = "" if labelled and of.unit in of.zh else of.unit  # many a label names it already
        return f"{words.number(Decimal(said))} {unit}".strip()
    except InvalidOperation:  # what is masked, as personal of others is
        return said
