"""The declarations that ship, read from YAML, checked and kept for the process."""

from functools import cache
from pathlib import Path

from scoring_adapter.errors import TagError
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Column, Source, TagFile
from scoring_adapter.tags.source_checks import faults_of_source
from scoring_adapter.tags.tag_checks import faults_of_tag
from scoring_adapter.tags.yaml_files import convert, read_yaml

SHIPPED = Path(__file__).parent / "data"


@cache
def load_tags() -> TagCatalogue:
    """Return the shipped catalogue of tags, read once per process. Raises TagError."""
    return read_tags(SHIPPED)


def read_tags(folder: Path) -> TagCatalogue:
    """Return the catalogue in a folder with `sources` and `tags`. Raises TagError naming file, tag and member."""
    places: dict[str, str] = {}  # of each source, tag and removed tag, for the messages
    sources: dict[str, Source] = {}
    for path in sorted((folder / "sources").glob("*.yaml")):
        for name, source in _sources(path):
            _once(places, f"source {name}", f"sources/{path.name}: {name}")
            sources[name] = source
    files = [_tags(path, places) for path in sorted((folder / "tags").glob("*.yaml"))]
    catalogue = TagCatalogue(sources, tuple(files))
    for name in sources:
        _raise_first(places[f"source {name}"], faults_of_source(name, catalogue))
    for tag in catalogue.tags:
        _raise_first(places[tag.id], faults_of_tag(tag, catalogue))
    return catalogue


def _sources(path: Path) -> list[tuple[str, Source]]:
    where = f"sources/{path.name}"
    raw = read_yaml(path.read_text("utf-8"), where)
    if list(raw) != ["sources"] or not isinstance(raw["sources"], dict):
        raise TagError(f"{where}：只应有 sources nothing but `sources` stands here")
    for name, source in raw["sources"].items():  # one by one, so that the message names the column
        columns = source.get("columns") if isinstance(source, dict) else None
        for column, of in columns.items() if isinstance(columns, dict) else ():
            convert(of, Column, f"{where}: {name}.columns.{column}")
    return [(name, convert(source, Source, f"{where}: {name}")) for name, source in raw["sources"].items()]


def _tags(path: Path, places: dict[str, str]) -> TagFile:
    where = f"tags/{path.name}"
    file = convert(read_yaml(path.read_text("utf-8"), where), TagFile, where)
    for named in [tag.id for tag in file.tags] + [gone.id for gone in file.removed]:
        _once(places, named, f"{where}: {named}")
    return file


def _once(places: dict[str, str], name: str, where: str) -> None:
    if name in places:
        raise TagError(f"{where}：编号已用于 the name is taken by {places[name]}")
    places[name] = where


def _raise_first(where: str, faults: list[tuple[str, str]]) -> None:
    for member, said in faults:
        raise TagError(f"{where}.{member}：{said}")
