"""The business key of a record: what stays the same through all its versions. Pure.

Texts are folded in it (connectors/model/folding.py), so that 京罚〔2024〕1号 and 京罚 [2024] 1 号 are one document. A
record that was stored before keys were folded keeps its key: `former` is that spelling, and the old spelling wins
wherever a record is looked for. So what is stored goes on being found, and none of it is changed.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from connectors.model.datasets import Dataset
from connectors.model.folding import document_key, name_key

Turn = Callable[[str], str]
PARTY = "party"
_FORMER_BRACKETS = str.maketrans("（）【】〔〕", "()[]()")


class Keys(NamedTuple):
    """A record's key, and the one it had before keys were folded, where that differs."""

    key: str
    former: str | None


def business_keys(
    dataset: Dataset,
    code: str,
    name: str,
    fields: Mapping[str, object],
    hidden: Collection[str] = (),
    hashed: Turn = str,
) -> Keys:
    """Join the parts the dataset names; the party is known by its code, else by its name. `hidden` parts are hashed."""
    key = _joined(dataset, code or name_key(name), fields, document_key, hidden, hashed)
    former = _joined(dataset, code or former_name_key(name), fields, str, hidden, hashed)
    return Keys(key, None if former == key else former)


def _joined(
    dataset: Dataset, party: str, fields: Mapping[str, object], spelled: Turn, hidden: Collection[str], hashed: Turn
) -> str:
    parts = []
    for part in dataset.key:
        value = party if part == PARTY else str(fields.get(part) or "")
        if is_folded(dataset, part):
            value = spelled(value)
        parts.append(hashed(value) if part in hidden else value)
    return "|".join(parts)


def is_folded(dataset: Dataset, part: str) -> bool:
    """Tell whether a part of the key is a text that people spell in many ways; days, amounts and codes are not."""
    return part in dataset.fields and dataset.fields[part].type == "text"


@lru_cache(maxsize=1 << 14)
def former_name_key(name: str) -> str:
    """Return a name as names were compared before all that is spelled was folded alike."""
    plain = unicodedata.normalize("NFKC", name).translate(_FORMER_BRACKETS).upper()
    return "".join(character for character in plain if not character.isspace())
