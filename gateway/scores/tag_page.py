"""The page of tags in the documentation, printed from their declarations: `python -m gateway.scores.tag_page FILE`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from connectors.catalogue.load import datasets
from gateway.scores.tag_names import CatalogueNames
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag, TagFile
from scoring_adapter.tags.in_words import levels, meaning
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.phrases import UNITS
from scoring_adapter.tags.unused import load_unused

BEGINS, ENDS = "<!-- printed by make docs -->", "<!-- end -->"
_HEAD = "| 标签 tag | 名称 name | 含义 what it means | 单位 unit | 方向 | 来源 datasets |\n|---|---|---|---|---|---|"
_SIGNS = {"+": "＋", "-": "－", "0": "○"}


def printed(page: str) -> str:
    """Return the page with what stands between its markers printed anew. Raises ValueError where it has no markers."""
    text = "\n\n".join(_chapters(load_tags()))
    again, times = re.subn(f"(?<={BEGINS}\n).*(?={ENDS})", lambda _: f"{text}\n", page, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"The page needs {BEGINS} and {ENDS}, once.")
    return again


def _chapters(tags: TagCatalogue) -> Iterator[str]:
    yield (
        f"{len(tags.tags)} 个标签，第 {tags.version} 版；另有 {len(tags.removed)} 个不再计算。"
        f"{len(tags.tags)} tags, version {tags.version}; {len(tags.removed)} are computed no longer."
    )
    names = CatalogueNames(datasets())
    for file in tags.files:
        yield _chapter(file, tags, names)
    unused = [
        f"| `{dataset}` {names.dataset(dataset).zh} | {why.zh}。{why.en} |" for dataset, why in load_unused().items()
    ]
    yield "\n".join(["## 不产生标签的目录 Datasets that feed no tag\n", "| 目录 | 原因 why |\n|---|---|", *unused])


def _chapter(file: TagFile, tags: TagCatalogue, names: CatalogueNames) -> str:
    lines = [f"## {file.name.zh} {file.name.en}\n", _HEAD, *(_row(tag, tags, names) for tag in file.tags)]
    if file.removed:
        gone = (f"| `{removed.id}` | {removed.because.zh}。{removed.because.en} |" for removed in file.removed)
        lines += ["\n不再计算 No longer computed:\n", "| 标签 tag | 原因 why |\n|---|---|", *gone]
    return "\n".join(lines)


def _row(tag: Tag, tags: TagCatalogue, names: CatalogueNames) -> str:
    told = meaning(tag, tags.sources, tags.by_id, names)
    steps = [f"{place} {word.zh}" for place, word in enumerate(levels(tag, tags.sources, names), 1)]
    said = [told.zh, told.en, "、".join(steps) + "。" if steps else "", tag.note]
    if tag.otherwise is not None:
        said.append(f"没有记录时为 {tag.otherwise}。 {tag.otherwise} where there is none.")
    if tag.since > 1:
        said.append(f"自第 {tag.since} 版 since version {tag.since}.")
    unit = UNITS[tag.unit]
    sources = " ".join(f"`{name}`" for name in tags.sources_of(tag))
    cells = [
        f"`{tag.id}`", f"{tag.name.zh} {tag.name.en}", " ".join(filter(None, said)).replace("|", "／"),
        f"{unit['zh']} {unit['en']}", f"{_SIGNS[tag.direction]}", sources,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(printed(path.read_text("utf-8")), "utf-8")
