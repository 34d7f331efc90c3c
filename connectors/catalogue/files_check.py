"""The catalogue as files: one YAML per agency with its datasets and mappings. Errors name the file and the line.

Beside the shipped folder a city keeps its own: a file there adds an agency, or replaces datasets of the shipped ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from connectors.catalogue.faults import faults
from connectors.catalogue.form_faults import fault_of_form, fault_of_yaml, place_in_words
from connectors.errors import ConnectorError
from connectors.model.datasets import Agency, Dataset, Field, Title
from connectors.model.mapping import Column, Mapping
from connectors.model.yaml_files import find_line, read_yaml

SHIPPED: Traversable = files("connectors") / "catalogue"
CATEGORIES = "categories.yaml"


class CatalogueError(ConnectorError):
    """The catalogue is wrong: the text names file, line and what is wrong there, and so do its parts.

    `path` is the member that is wrong, its steps with dots, items of lists counted from 1 (#1.fields.balance.from).
    """

    def __init__(self, name: str, line: int, text: str, path: Sequence[str] = ()) -> None:
        self.line, self.path, self.text = line, place_in_words(path), text
        super().__init__(f"{name}:{line}: {self.path}{': ' if path else ''}{text}")


class Catalogue:
    """Categories, agencies and datasets by their codes."""

    def __init__(self) -> None:
        self.categories: dict[str, Title] = {}
        self.agencies: dict[str, Agency] = {}
        self.datasets: dict[str, Dataset] = {}


def load_catalogue(folders: Iterable[Traversable | Path]) -> Catalogue:
    """Read every file of these folders, later ones over earlier ones. Raises CatalogueError."""
    found = Catalogue()
    readers: dict[str, _Reader] = {}
    for folder in folders:
        readers |= _read_folder(found, folder)
    for name, dataset in found.datasets.items():
        if dataset.agency not in found.agencies:
            raise readers[name].fault(("agency",), f"没有部门 no agency {dataset.agency}")
        if dataset.category not in found.categories:
            raise readers[name].fault(("datasets", name, "category"), f"没有类别 no category {dataset.category}")
        for target in dataset.unpack.into.values() if dataset.unpack else ():
            if target not in found.datasets or found.datasets[target].agency != dataset.agency:
                text = f"{target} 不是本部门的目录 is no dataset of this agency"
                raise readers[name].fault(("datasets", name, "unpack", "into"), text)
    return found


def _read_folder(found: Catalogue, folder: Traversable | Path) -> dict[str, "_Reader"]:
    """Read a folder's files into `found`; return the reader of each dataset."""
    readers: dict[str, _Reader] = {}
    agencies: dict[str, _Reader] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if not path.name.endswith(".yaml"):
            continue
        reader = _Reader(path.name, path.read_bytes(), shipped=folder == SHIPPED)
        for name in reader.read_into(found):
            if (first := readers.setdefault(name, reader)) is not reader:
                raise reader.fault(("datasets", name), f"已在 {first.name} 中 stands in {first.name} already")
        if reader.describes and (first := agencies.setdefault(reader.describes, reader)) is not reader:
            raise reader.fault(("agency", "code"), f"已在 {first.name} 中 stands in {first.name} already")
    return readers


def read_mappings(name: str, source: str | bytes, dataset: Dataset) -> Dataset:
    """Return the dataset with the mappings of a file (a list, as under `mappings:`) beside its own.

    One of the file takes the place of the dataset's own mapping of the same id. Raises CatalogueError with the line.
    """
    reader = _Reader(name, source.encode() if isinstance(source, str) else source)
    content = reader.content
    for (_, *where), said, kind in _parts({"mappings": content} if isinstance(content, list) else {}):
        reader.convert(tuple(where), said, kind)
    mappings: list[Mapping] = reader.convert((), content, list[Mapping])
    for (_, *where), text in faults(msgspec.structs.replace(dataset, mappings=mappings)):
        raise reader.fault(where, text)
    ids = {mapping.id for mapping in mappings}
    beside = [mapping for mapping in dataset.mappings if mapping.id not in ids]
    return msgspec.structs.replace(dataset, mappings=[*mappings, *beside])


class _Reader:
    """Reads one file, which may describe an agency; what is wrong is said with its line, in a CatalogueError."""

    def __init__(self, name: str, source: bytes, *, shipped: bool = False) -> None:
        self.name, self._source, self.describes = name, "", ""
        self._shipped = shipped  # its patterns are tried by a test: the engine is not loaded for them at every start
        try:
            self._source = source.decode()
            self.content = read_yaml(self._source)
        except UnicodeDecodeError as fault:
            line = source.count(b"\n", 0, fault.start) + 1
            raise CatalogueError(name, line, "不是 UTF-8 is not UTF-8") from fault
        except (yaml.YAMLError, ValueError) as fault:
            line = getattr(getattr(fault, "problem_mark", None), "line", 0) + 1
            why = getattr(fault, "problem", None) or str(fault)
            raise CatalogueError(name, line, fault_of_yaml(why)) from fault

    def read_into(self, found: Catalogue) -> Iterator[str]:
        """Read the file into `found`; yield the names of its datasets."""
        content = self.content
        if self.name == CATEGORIES:
            found.categories.update(self.convert((), content, dict[str, Title]))
            return
        if not isinstance(content, dict) or "agency" not in content or set(content) - {"agency", "datasets"}:
            raise self.fault((), "应为 agency 与 datasets a file holds agency and datasets")
        agency: Agency | str = self.convert(("agency",), content["agency"], Agency | str)
        if isinstance(agency, Agency):
            self.describes = agency.code
            found.agencies[agency.code] = agency
        code = agency.code if isinstance(agency, Agency) else agency
        for name, body in self.convert(("datasets",), content.get("datasets") or {}, dict[str, Any]).items():
            stands = found.datasets.get(name)
            if stands is not None and stands.agency != code:
                raise self.fault(("datasets", name), f"是 {stands.agency} 的目录 is a dataset of {stands.agency}")
            found.datasets[name] = self.read_dataset(code, name, body)
            yield name

    def convert(self, path: tuple[str, ...], value: Any, kind: Any) -> Any:  # noqa: ANN401 - msgspec's own
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as fault:
            steps, text = fault_of_form(fault, kind)
            raise self.fault((*path, *steps), text) from fault

    def read_dataset(self, agency: str, name: str, body: Any) -> Dataset:  # noqa: ANN401 - any YAML
        path = ("datasets", name)
        if not isinstance(body, dict):
            raise self.fault(path, "应为字段表 must be a mapping")
        for where, said, kind in _parts(body):
            self.convert((*path, *where), said, kind)
        dataset: Dataset = self.convert(path, {"dataset": name, "agency": agency, **body}, Dataset)
        for where, text in faults(dataset, patterns=not self._shipped):
            raise self.fault((*path, *where), text)
        return dataset

    def fault(self, path: Sequence[str], text: str) -> CatalogueError:
        return CatalogueError(self.name, find_line(self._source, path), text, path)


def _parts(body: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield the members that are read one by one first, so that a fault is found in the right line."""
    fields, mappings = body.get("fields") or {}, body.get("mappings") or []
    yield ("fields",), fields, dict[str, Any]
    yield from ((("fields", field), said, Field) for field, said in fields.items())
    yield ("mappings",), mappings, list[dict[str, Any]]
    for place, mapping in enumerate(mappings):
        path, columns = ("mappings", str(place), "fields"), mapping.get("fields") or {}
        yield path, columns, dict[str, Any]
        yield from (((*path, field), said, Column) for field, said in columns.items())
