"""The catalogue as the API and `--json` show it: documents of agencies and datasets. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from connectors.catalogue.files_check import Catalogue
from connectors.model.datasets import Dataset
from connectors.model.mapping import Column
from connectors.model.nearest import unknown
from gateway.runtime.filters import demand_one_of, refuse_filter


def agency_documents(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return every agency with the number of its datasets."""
    count = Counter(dataset.agency for dataset in catalogue.datasets.values())
    return [{**msgspec.to_builtins(agency), "datasets": count[code]} for code, agency in catalogue.agencies.items()]


def find_datasets(catalogue: Catalogue, *, agency: str = "", category: str = "", sharing: str = "") -> list[Dataset]:
    """Return the datasets of this agency, category and sharing class, in the order of categories, then of agencies.

    Raises DeniedError for one that does not exist.
    """
    if agency and agency not in catalogue.agencies:
        names = {code: one.zh for code, one in catalogue.agencies.items()}
        raise refuse_filter("agency", unknown("agency", agency, names))
    demand_one_of("category", category, catalogue.categories)
    demand_one_of("sharing", sharing, ("public", "shared", "restricted"))
    categories, agencies = (list(known) for known in (catalogue.categories, catalogue.agencies))
    return sorted(
        (
            dataset
            for dataset in catalogue.datasets.values()
            if agency in {"", dataset.agency}
            and category in {"", dataset.category}
            and sharing in {"", dataset.sharing}
        ),
        key=lambda dataset: (categories.index(dataset.category), agencies.index(dataset.agency)),
    )


def summaries(catalogue: Catalogue, datasets: Iterable[Dataset]) -> list[dict[str, Any]]:
    """Return what a list says of each dataset."""
    return [
        {
            "dataset": dataset.dataset,
            "agency": dataset.agency,
            "title": msgspec.to_builtins(dataset.title),
            "category": {"code": dataset.category, **msgspec.to_builtins(catalogue.categories[dataset.category])},
            "sharing": dataset.sharing,
            "polarity": dataset.polarity,
            "freshness_days": dataset.freshness_days,
            "fields": len(dataset.fields),
        }
        for dataset in datasets
    ]


def dataset_document(dataset: Dataset) -> dict[str, Any]:
    """Return all that the catalogue says of a dataset, under the names of its files."""
    document: dict[str, Any] = msgspec.to_builtins(dataset)
    return document


def treatments(column: Column) -> dict[str, str]:
    """Return what is done to a column's cells: members of the mapping that are set, their values in a line."""
    said = {name: value for name, value in msgspec.to_builtins(column).items() if name != "from"}
    return {name: _line(value) for name, value in said.items() if value or (name == "join" and value is not None)}


def _line(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{code}={word}" for code, word in value.items())
    if isinstance(value, list):
        return ", ".join(map(_where, value))
    return "" if value is True else str(value)


def _where(part: object) -> str:
    """Return one member of a list; codes that apply where another column says so are one such."""
    if not isinstance(part, dict):
        return str(part)
    return f"{part['column']}={'/'.join(part['is'])}: {_line(part['codes'])}"
