"""The catalogue of this process: what ships, and the city's own folder over it."""

import os
from functools import cache
from pathlib import Path

from connectors.catalogue.files_check import SHIPPED, Catalogue, load_catalogue
from connectors.errors import ConnectorError
from connectors.model.datasets import Agency, Dataset
from connectors.model.nearest import unknown

OWN_FOLDER = (
    "XINQIAO_CATALOGUE"  # read here, not through the settings: every instance of a process has the same catalogue
)


class UnknownDatasetError(ConnectorError):
    """There is no such dataset in the catalogue."""


@cache
def get_catalogue() -> Catalogue:
    """Return the catalogue, read once per process. Raises ConnectorError; CatalogueError names file and line."""
    own = os.environ.get(OWN_FOLDER)
    if own and not Path(own).is_dir():
        raise ConnectorError(f"{OWN_FOLDER}={own}: 没有此文件夹 there is no such folder")
    try:
        return load_catalogue([SHIPPED, *([Path(own)] if own else [])])
    except OSError as fault:
        raise ConnectorError(f"{OWN_FOLDER}={own}: 不可读 cannot be read: {fault.strerror}") from fault


def datasets() -> dict[str, Dataset]:
    """Return the datasets by name."""
    return get_catalogue().datasets


def agencies() -> dict[str, Agency]:
    """Return the agencies by code."""
    return get_catalogue().agencies


def get_dataset(name: str) -> Dataset:
    """Return a dataset. Raises UnknownDatasetError."""
    try:
        return datasets()[name]
    except KeyError as fault:
        raise UnknownDatasetError(
            unknown("dataset", name, {code: of.title.zh for code, of in datasets().items()})
        ) from fault
