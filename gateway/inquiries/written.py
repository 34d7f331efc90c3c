"""How much a question asks for, as people write it on a form or in a spreadsheet: by names in either language. Pure."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from connectors.catalogue.load import agencies, get_catalogue

# Each field with its headings in a spreadsheet, in Chinese and in English.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "tier": ("深度", "tier"),
    "categories": ("数据类别", "categories"),
    "sources": ("来源部门", "sources"),
    "data_from": ("数据自", "data_from"),
    "data_to": ("数据至", "data_to"),
    "view": ("视图", "view"),
    "narrow": ("按授权应答", "narrow"),
}
_TIERS = {"详细": "detail", "detail": "detail", "概要": "basic", "basic": "basic"}
_YES, _NO = frozenset({"是", "yes", "true", "1"}), frozenset({"否", "no", "false", "0"})
_BETWEEN = re.compile(r"[、,，;；]\s*")


def read_written(given: Mapping[str, str]) -> dict[str, Any]:
    """Return what was filled in as members of a question; what is empty is not asked. Raises ValueError by the field.

    A name that there is not is left as it is: asking says so.
    """
    found: dict[str, Any] = {}
    for name, said in given.items():
        if not said or name not in FIELDS:
            continue
        if name == "tier":
            found[name] = _one_of(name, said, _TIERS)
        elif name == "narrow":
            found[name] = _one_of(name, said.lower(), {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)})
        elif name in {"categories", "sources"}:
            known = _names(name)
            found[name] = [known.get(one.casefold(), one) for one in _BETWEEN.split(said.strip("、,，;； "))]
        elif name == "view":
            found[name] = said
        else:
            found[name] = said[:10].replace("/", "-")
    return found


def _one_of(name: str, said: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a text or a flag
    if said not in values:
        raise ValueError(name)
    return values[said]


@cache
def _names(field: str) -> Mapping[str, str]:
    """Return codes by every name of a category or an agency."""
    known = get_catalogue().categories if field == "categories" else agencies()
    return {name.casefold(): code for code, one in known.items() for name in (one.en, one.zh, code)}
