"""What an answer rests on, and a duty, as people read them. Pure."""

from collections.abc import Mapping
from typing import Any

from gateway.console.words import Words


def basis_in_words(members: Mapping[str, Any], words: Words) -> str:
    """Return which kind of basis it is; of a duty, the law too."""
    said = words(f"legal-basis-{members['kind']}")  # texts of basis.KINDS
    law = f"{members.get('law') or ''}{members.get('article') or ''}"
    return f"{said}{words('colon')}{law}" if law else said


def reach_in_words(duty: Mapping[str, Any], words: Words) -> str:
    """Return which data a duty reaches, in one line."""
    said = [*map(words.titles.category, duty["categories"]), *map(words.titles.agency, duty["sources"])]
    reached = words.listed(said) if said else words("duty-reaches-all")
    named = words.listed(map(words.titles.dataset, duty["datasets"]))
    return words("duty-reaches-named", reached=reached, datasets=named) if named else reached
