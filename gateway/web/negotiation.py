"""What a caller takes, read from its head: encodings (RFC 9110 12.5.3) and versions it has already (13.1.2). Pure."""

import re
from collections.abc import Iterator, Sequence

IDENTITY = "identity"


def chosen_encoding(accepted: str, offered: Sequence[str]) -> str:
    """Return the encoding the caller likes best of those offered, the earlier of two it likes equally.

    "identity" is what is left where it takes none of them.
    """
    weights = dict(_weights(accepted))
    weights.setdefault(IDENTITY, 0.0)  # not named, it is taken where nothing better is
    liked = {one: weights.get(one, weights.get("*", 0.0)) for one in offered}
    best = max(offered, key=lambda one: liked[one], default=IDENTITY)
    return best if liked.get(best, 0.0) > 0 else IDENTITY


def has_version(if_none_match: str, version: str) -> bool:
    """Tell whether If-None-Match names an entity tag, given with its quotes."""
    return if_none_match.strip() == "*" or version in re.findall(r'"[^"]*"', if_none_match)


def _weights(accepted: str) -> Iterator[tuple[str, float]]:
    for one in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in one.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if name:
            yield name, float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0
