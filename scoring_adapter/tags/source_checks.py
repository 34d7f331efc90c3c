"""What the form of a source does not show: columns that are not there, kinds that do not fit. Pure."""

import re
from collections.abc import Iterator

from scoring_adapter.tags.catalogue import TagCatalogue, parts_of
from scoring_adapter.tags.column_checks import faults_of_column, shape
from scoring_adapter.tags.condition_checks import faults_of_condition
from scoring_adapter.tags.declaration import Column, Reference, Source

Fault = tuple[str, str]  # the member, and what is wrong with it
CALENDAR = frozenset({"day", "month", "year"})
RESERVED = frozenset({"subject", "batch", "leaf", "shown_from", "shown_to", "recorded"})  # columns every table has
_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
# No engine takes these as a name without quotation marks, and engines differ in those.
SQL_WORDS = frozenset(
    {
        "all", "and", "any", "as", "asc", "between", "both", "by", "case", "cast", "check", "collate", "column",
        "create", "cross", "cube", "current_date", "default", "desc", "distinct", "else", "end", "except", "exists",
        "false", "fetch", "filter", "for", "foreign", "from", "full", "grant", "group", "grouping", "having", "in",
        "inner", "intersect", "interval", "into", "is", "join", "leading", "left", "like", "limit", "minus",
        "natural", "not", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "primary", "qualify",
        "references", "right", "rollup", "select", "set", "some", "table", "then", "to", "top", "trailing", "true",
        "union", "unique", "using", "values", "view", "when", "where", "window", "with",
    }
)  # fmt: skip


def faults_of_source(name: str, catalogue: TagCatalogue) -> list[Fault]:
    """Return what is wrong with a source."""
    source = catalogue.sources[name]
    found = [*_names(name, source)]
    if source.union:
        return [*found, *_union(name, source, catalogue)]
    for column, of in source.columns.items():
        found += [(f"columns.{column}", said) for said in faults_of_column(of)]
    found += [*_references(source, catalogue), *_others(source, catalogue)]
    return found or [*_place(source.at, source.once, source.columns)]


def _names(name: str, source: Source) -> Iterator[Fault]:
    names = [*source.columns, *source.references, *source.others]
    for column in names:
        if not _ID.fullmatch(column) or column in RESERVED | SQL_WORDS:
            yield f"columns.{column}", "此名称已有他用 this name is taken: choose another and say `of`"
        elif names.count(column) > 1:
            yield f"columns.{column}", "列名重复 two columns have this name"
    if not _ID.fullmatch(name) or name in SQL_WORDS:
        yield "name", "此名称不可用 not a name for a source"
    if bool(source.union) == bool(source.columns):
        yield "columns", "须有列，或由其他来源合并而成 columns, or a union of other sources"


def _place(at: str, once: str, columns: dict[str, Column]) -> Iterator[Fault]:
    if at and (at not in columns or columns[at].as_ not in CALENDAR):
        yield "at", f"{at} 不是日、月或年的列 is no column of days, months or years"
    if once and (once not in columns or columns[once].as_ != "key"):
        yield "once", f"{once} 不是 key 列 is no key column"


def _references(source: Source, catalogue: TagCatalogue) -> Iterator[Fault]:
    for name, reference in source.references.items():
        series = catalogue.sources.get(reference.dataset)
        if series is None or series.union:
            yield f"references.{name}", f"没有此来源 there is no such source: {reference.dataset}"
        else:
            yield from ((f"references.{name}", said) for said in _reference(reference, source.columns, series.columns))


def _reference(reference: Reference, ours: dict[str, Column], its: dict[str, Column]) -> Iterator[str]:
    for column in {reference.take, *reference.where, *reference.by.values()} - its.keys():
        yield f"{reference.dataset} 没有列 has no column {column}"
    for column in reference.where.keys() & its.keys():
        yield from faults_of_condition(reference.where[column], its[column])
    for own, other in reference.by.items():
        if own not in ours or shape(ours[own]) != shape(its.get(other, ours[own])):
            yield f"{own} 与 and {other}：没有此列，或种类不同 no such column, or of different kinds"
    if not reference.by:
        yield "`by` 不能为空 is empty"


def _others(source: Source, catalogue: TagCatalogue) -> Iterator[Fault]:
    for name, other in source.others.items():
        if other.key not in source.columns or source.columns[other.key].as_ != "key":
            yield f"others.{name}", f"{other.key} 不是 key 列 is no key column"
        if other.tag not in catalogue.by_id:
            yield f"others.{name}", f"没有标签 there is no tag {other.tag}"
        elif any(
            catalogue.sources[part.source].others
            for part in parts_of(catalogue.by_id[other.tag])
            if part.source in catalogue.sources
        ):
            yield f"others.{name}", f"{other.tag} 自身也取自其他企业 is itself taken from other enterprises"


def _union(name: str, source: Source, catalogue: TagCatalogue) -> Iterator[Fault]:
    if source.references or source.others:
        yield "union", "合并的来源没有自己的列 a union has no columns of its own"
    for member in source.union:
        if member not in catalogue.sources or catalogue.sources[member].union:
            yield "union", f"没有此来源 there is no such source: {member}"
            return
    if len(set(source.union)) < len(source.union):
        yield "union", "来源重复 a source stands twice"
    shared = {column: catalogue.column(name, column) for column in catalogue.columns(name)}
    for column, of in shared.items():
        for member in source.union:
            if shape(catalogue.sources[member].columns[column]) != shape(of):
                yield "union", f"{column} 在 {member} 中种类不同 is of another kind in {member}"
    yield from _place(source.at, source.once, shared)
