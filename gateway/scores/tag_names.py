"""What people call the datasets, fields and codes that tags read: the agencies' catalogue's words."""

from collections.abc import Mapping
from functools import cache

from connectors.model.datasets import Dataset
from scoring_adapter.industries import load_industries
from scoring_adapter.tags.declaration import Words

_OTHERS = {"CNY": "人民币"}  # codes of a list that is not the catalogue's own


@cache
def _sections() -> dict[str, Words]:
    return {one.id: Words(one.zh, one.en) for one in load_industries().sections}


class CatalogueNames:
    """Names out of the catalogue; what is not in it goes by its code."""

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        self._datasets = datasets

    def dataset(self, name: str) -> Words:
        """Return the name of a dataset."""
        of = self._datasets.get(name)
        return Words(of.title.zh, of.title.en) if of else Words(name, name)

    def field(self, dataset: str, name: str) -> Words:
        """Return the name of a field. In English the catalogue has its code alone, whose words are told apart."""
        of = self._datasets.get(dataset)
        english = name.replace("_", " ")
        return Words(of.fields[name].zh if of and name in of.fields else name, english)

    def code(self, dataset: str, field: str, code: str) -> Words:
        """Return the word for a code."""
        of = self._datasets.get(dataset)
        codes = of.fields[field].codes if of and field in of.fields else {}
        section = _sections().get(code) if field == "industry_code" else None
        if section:
            return section
        word = codes.get(code, _OTHERS.get(code, code))
        return Words(word, word if code.isdecimal() else code.replace("_", " "))
