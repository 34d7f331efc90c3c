"""Mappings: one YAML file per dataset says how an agency's columns become the fields of a record."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml

from connectors.errors import ConnectorError

FieldType = Literal["text", "date", "until", "money", "currency", "code", "list"]


class UnknownDatasetError(ConnectorError):
    """There is no such dataset in the catalogue."""


class FieldMapping(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a field comes from (the first of these columns that is there) and what it is."""

    from_: list[str] = msgspec.field(name="from")
    type: FieldType = "text"
    required: bool = False
    unit: str = "元"
    codes: dict[str, str] = {}
    fine_within: list[str] = []  # a sentence that names the fine, where the field's own column is empty


class Party(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who a row is about: columns of the name, of the codes in order of preference, and of the kind of party."""

    name: list[str]
    codes: list[str] = []
    kind: list[str] = []
    may_be_person: bool = False  # the dataset mixes persons in, known by name alone


class Producer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who issued the document: columns of its name and its own code, which must never become the party's."""

    name: list[str] = []
    codes: list[str] = []


class Dataset(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One kind of record of one agency. `key` names fields, or "party"; `registers`: its names identify subjects."""

    dataset: str
    agency: str
    title: dict[str, str]
    schema_version: int
    freshness_days: int
    key: list[str]
    party: Party
    fields: dict[str, FieldMapping]
    event_date: str | None = None
    publish_until: str | None = None
    producer: Producer = Producer()
    registers: bool = False


@cache
def catalogue() -> dict[str, Dataset]:
    """Return every dataset of the shipped catalogue. Raises ConnectorError that names the file that is wrong."""
    found: dict[str, Dataset] = {}
    for path in sorted((files("connectors") / "catalogue").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".yaml") and path.name != "agencies.yaml":
            try:
                dataset = read_dataset(path.read_text("utf-8"))
            except ConnectorError as fault:
                raise ConnectorError(f"{path.name}: {fault}") from fault
            found[dataset.dataset] = dataset
    return found


def read_dataset(source: str) -> Dataset:
    """Read one mapping. Raises ConnectorError with what is wrong in it."""
    try:
        dataset = msgspec.convert(yaml.safe_load(source), Dataset)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise ConnectorError(str(fault)) from fault
    named = {*dataset.key, dataset.event_date, dataset.publish_until} - {"party", None}
    if unknown := named - set(dataset.fields):
        raise ConnectorError(f"no such field: {', '.join(sorted(str(name) for name in unknown))}")
    return dataset


def get_dataset(name: str) -> Dataset:
    """Return a dataset of the catalogue. Raises UnknownDatasetError."""
    try:
        return catalogue()[name]
    except KeyError as fault:
        raise UnknownDatasetError(f"没有数据目录 {name} no dataset {name}: one of {', '.join(catalogue())}") from fault


@cache
def agencies() -> dict[str, dict[str, Any]]:
    """Return the agencies of the catalogue by code, each with its title in zh and en."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        (files("connectors") / "catalogue/agencies.yaml").read_text("utf-8")
    )
    return loaded
