"""The catalogue as files: one YAML per agency with its datasets and mappings. Errors name the file and the line.

Beside the shipped folder a city keeps its own: a file there adds an agency, or replaces datasets of the shipped ones.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from connectors.datasets import Agency, Dataset, Field, Title
from connectors.errors import ConnectorError
from connectors.mapping import Column, Mapping

SHIPPED: Traversable = files("connectors") / "catalogue"
CATEGORIES = "categories.yaml"
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads the catalogue eight times as fast
_STEP = re.compile(r"[^.\[\]]+")


class CatalogueError(ConnectorError):
    """The catalogue is wrong: the text names file, line and what is wrong there."""


class Catalogue:
    """Categories, agencies and datasets by their codes."""

    def __init__(self) -> None:
        self.categories: dict[str, Title] = {}
        self.agencies: dict[str, Agency] = {}
        self.datasets: dict[str, Dataset] = {}


def load_catalogue(folders: Iterable[Traversable | Path]) -> Catalogue:
    """Read every file of these folders, later ones over earlier ones. Raises CatalogueError."""
    found, places = Catalogue(), {}
    for folder in folders:
        for path in sorted(folder.iterdir(), key=lambda path: path.name):
            if path.name.endswith(".yaml"):
                places.update(dict.fromkeys(_read_file(found, path.name, path.read_text("utf-8")), path.name))
    for name, dataset in found.datasets.items():
        if dataset.agency not in found.agencies:
            raise CatalogueError(f"{places[name]}: {name}: 没有部门 no agency {dataset.agency}")
        if dataset.category not in found.categories:
            raise CatalogueError(f"{places[name]}: {name}: 没有类别 no category {dataset.category}")
    return found


def _read_file(found: Catalogue, name: str, source: str) -> Iterator[str]:
    """Read one file into `found`; yield the names of its datasets."""
    try:
        content = yaml.load(source, _LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as fault:
        raise _not_yaml(name, fault) from fault
    reader = _Reader(name, source, content)
    if name == CATEGORIES:
        found.categories.update(reader.convert((), content, dict[str, Title]))
        return
    if not isinstance(content, dict) or "agency" not in content or set(content) - {"agency", "datasets"}:
        raise CatalogueError(f"{name}:1: 应为 agency 与 datasets a file holds agency and datasets")
    agency: Agency | str = reader.convert(("agency",), content["agency"], Agency | str)
    if isinstance(agency, Agency):
        found.agencies[agency.code] = agency
    code = agency.code if isinstance(agency, Agency) else agency
    for dataset, body in (content.get("datasets") or {}).items():
        found.datasets[dataset] = reader.read_dataset(code, dataset, body)
        yield dataset


def read_mappings(name: str, source: str, dataset: Dataset) -> Dataset:
    """Return the dataset with the mappings of a file (a list, as under `mappings:`) in place of its own.

    Raises CatalogueError with the line.
    """
    try:
        content = yaml.load(source, _LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as fault:
        raise _not_yaml(name, fault) from fault
    reader = _Reader(name, source, content)
    for (_, *where), said, kind in _parts({"mappings": content} if isinstance(content, list) else {}):
        reader.convert(tuple(where), said, kind)
    mappings: list[Mapping] = reader.convert((), content, list[Mapping])
    mapped = msgspec.structs.replace(dataset, mappings=mappings)
    for (_, *where), text in _faults(mapped):
        raise reader.fault(where, text)
    return mapped


def _not_yaml(name: str, fault: yaml.YAMLError) -> CatalogueError:
    line = getattr(getattr(fault, "problem_mark", None), "line", 0) + 1
    return CatalogueError(f"{name}:{line}: 不是 YAML is not YAML: {getattr(fault, 'problem', fault)}")


class _Reader:
    """Converts the parts of one file; what is wrong is said with its line."""

    def __init__(self, name: str, source: str, content: Any) -> None:  # noqa: ANN401 - any YAML
        self._name, self._source, self._content = name, source, content

    def convert(self, path: tuple[str, ...], value: Any, kind: Any) -> Any:  # noqa: ANN401 - msgspec's own
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as fault:
            found = _PLACE.search(str(fault))
            steps = [step for step in _STEP.findall(found[1]) if step != "..."] if found else []
            raise self.fault((*path, *steps), _PLACE.sub("", str(fault))) from fault

    def read_dataset(self, agency: str, name: str, body: Any) -> Dataset:  # noqa: ANN401 - any YAML
        path = ("datasets", str(name))
        if not isinstance(body, dict):
            raise self.fault(path, "应为字段表 must be a mapping")
        for where, said, kind in _parts(body):
            self.convert((*path, *where), said, kind)
        dataset: Dataset = self.convert(path, {"dataset": name, "agency": agency, **body}, Dataset)
        for where, text in _faults(dataset):
            raise self.fault((*path, *where), text)
        return dataset

    def fault(self, path: Sequence[str], text: str) -> CatalogueError:
        node = yaml.compose(self._source, yaml.SafeLoader)
        return CatalogueError(f"{self._name}:{_line_of(node, path)}: {'.'.join(path)}: {text}")


def _parts(body: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any, type]]:
    """Yield the members that are read one by one first, so that a fault is found in the right line."""
    for field, said in (body.get("fields") or {}).items():
        yield ("fields", str(field)), said, Field
    for place, mapping in enumerate(body.get("mappings") or []):
        for field, said in (mapping.get("fields") or {}).items():
            yield ("mappings", str(place), "fields", str(field)), said, Column


def _faults(dataset: Dataset) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what the form alone does not show: names without a field, patterns that are none."""
    named: list[tuple[tuple[str, ...], Iterable[str | None]]] = [
        (("key",), dataset.key),
        (("event_date",), [dataset.event_date]),
        (("disclosure",), [dataset.disclosure.field]),
        *((("mappings", str(at), "fields"), mapping.fields) for at, mapping in enumerate(dataset.mappings)),
    ]
    for where, names in named:
        if unknown := {name for name in names if name} - set(dataset.fields) - {"party"}:
            yield where, f"没有字段 no such field: {', '.join(sorted(unknown))}"
    for at, mapping in enumerate(dataset.mappings):
        for field, column in mapping.fields.items():
            if column.extract and (text := _fault_of(column.extract)):
                yield ("mappings", str(at), "fields", field, "extract"), text


def _fault_of(pattern: str) -> str | None:
    try:
        groups = re.compile(pattern).groups
    except re.error as fault:
        return f"不是正则表达式 no regular expression: {fault}"
    return None if groups == 1 else "应恰有一个括号组 exactly one group is wanted"


def _line_of(node: yaml.Node | None, path: Sequence[str]) -> int:
    """Return the line (from 1) of the deepest node of this path that is there."""
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
            found = (node.value[int(step)], node.value[int(step)])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
