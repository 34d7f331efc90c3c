"""The declarations made ready for one day: windows are bounds, conditions comparisons, every part stands alone. Pure.

What an engine computes are parts: one integer, or nothing, out of a source's rows. Parts that are the same are computed
once. A tag names its one or two parts; combine.py makes its value of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

import msgspec

from scoring_adapter.tags.bounds import Test, tests_of_condition, tests_of_window
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import As, Part, Source, Tag
from scoring_adapter.tags.planned import Plan, PlannedPart, PlannedReference, PlannedSource, PlannedTag


@lru_cache(maxsize=8)
def plan(catalogue: TagCatalogue, as_of: date) -> Plan:
    """Return what is to be computed for a day."""
    parts: dict[str, PlannedPart] = {}
    names: dict[PlannedPart, str] = {}

    def named(part: PlannedPart) -> str:
        name = names.setdefault(replace(part, name=""), part.name)
        parts.setdefault(name, replace(part, name=name))
        return name

    tags = []
    for tag in catalogue.tags:
        planned = [named(part) for part in _parts(tag, catalogue, as_of)]
        tags.append(PlannedTag(tag, planned[0], planned[1] if planned[1:] else "", *_measure(tag, catalogue)))
    sources = {
        name: _source(name, source, catalogue, as_of, [part for part in parts.values() if part.source == name])
        for name, source in catalogue.sources.items()
    }
    used = {name: source for name, source in sources.items() if any(part.source == name for part in parts.values())}
    layouts = {name: tuple(source.columns) for name, source in catalogue.sources.items() if not source.union}
    return Plan(as_of, used, parts, tuple(tags), layouts)


def _measure(tag: Tag, catalogue: TagCatalogue) -> tuple[As, int]:
    kind: As = "number"
    if tag.operator == "age":
        kind = catalogue.column(tag.part.source, tag.part.field or catalogue.sources[tag.part.source].at).as_
    rate = catalogue.column_of(tag.over)
    return kind, 0 if rate is None else 2 if rate.as_ == "money" else rate.digits


def _parts(tag: Tag, catalogue: TagCatalogue, as_of: date) -> Iterator[PlannedPart]:
    """Yield the parts of a tag, those that its operator adds among them."""
    first, over = _planned(tag.id, tag.part, catalogue, as_of), f"{tag.id}__over"
    yield replace(first, take="span") if tag.operator == "gap" else first
    if tag.over:
        yield _planned(over, tag.over, catalogue, as_of)
    elif tag.operator == "trend" and tag.part.months is not None:
        earlier = msgspec.structs.replace(tag.part, before=tag.part.before + tag.part.months)
        yield _planned(over, earlier, catalogue, as_of)
    elif tag.operator == "mean" and first.per:
        yield replace(first, name=over, take="count")
    elif tag.operator == "mean":
        yield replace(first, name=over, take="count", field="", tests=(*first.tests, Test(first.field)))
    elif tag.operator == "gap":
        yield replace(first, name=over)


def _planned(name: str, part: Part, catalogue: TagCatalogue, as_of: date) -> PlannedPart:
    at, tests = catalogue.sources[part.source].at, list[Test]()
    if at:
        tests += tests_of_window(at, catalogue.column(part.source, at).as_, part.months, part.before, as_of)
    for column, condition in part.where.items():
        tests += tests_of_condition(column, condition, catalogue.column(part.source, column), as_of)
    timed = {part.take, part.each} & {"first", "last", "latest"}
    return PlannedPart(name, part.source, part.take, part.field, at if timed else "", tuple(tests), part.per, part.each)


def _source(
    name: str, source: Source, catalogue: TagCatalogue, as_of: date, parts: Sequence[PlannedPart]
) -> PlannedSource:
    used = {column for part in parts for column in (part.field, part.per, part.at, *(t.column for t in part.tests))}
    references = {
        column: PlannedReference(
            of.dataset,
            tuple(of.by.items()),
            of.take,
            tuple(
                test
                for its, condition in of.where.items()
                for test in tests_of_condition(its, condition, catalogue.column(of.dataset, its), as_of)
            ),
        )
        for column, of in source.references.items()
        if column in used
    }
    others = {column: (of.key, of.tag) for column, of in source.others.items() if column in used}
    used |= {ours for reference in references.values() for ours, _ in reference.by}
    used |= {key for key, _ in others.values()} | {source.once}
    own = tuple(column for column in sorted(used) if column and column not in {*references, *others})
    return PlannedSource(name, tuple(catalogue.members(name)), own, source.once, references, others)
