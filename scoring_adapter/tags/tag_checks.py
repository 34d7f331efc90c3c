"""What the form of a tag does not show: parts that do not fit their source, or their operator. Pure."""

from collections.abc import Iterator

from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.condition_checks import faults_of_condition
from scoring_adapter.tags.declaration import As, Part, Tag
from scoring_adapter.tags.source_checks import CALENDAR, SQL_WORDS, Fault

_ADDED: frozenset[As] = frozenset(
    {"money", "number", "flag", "words", "begins", "holds", "parts", "tally", "same"}
)  # kinds that may be summed
_PLAIN = frozenset({"count", "sum", "max", "min", "latest", "distinct"})  # operators that are their part
_TWO = frozenset({"ratio", "difference", "product", "quotient"})  # operators of two parts
_COUNTED = frozenset({"count", "distinct"})
_UNITS = {
    "ratio": {"basis_points"},
    "trend": {"basis_points"},
    "exists": {"flag"},
    "without": {"flag"},
    "age": {"days", "months", "years"},
    "gap": {"months", "years"},
}
_COARSER = {"days": {"day"}, "months": {"day", "month"}, "years": {"day", "month", "year"}}  # what an age is taken from


def faults_of_tag(tag: Tag, catalogue: TagCatalogue) -> list[Fault]:
    """Return what is wrong with a tag."""
    parts = {"part": tag.part, **({"over": tag.over} if tag.over else {})}
    found = [(f"{name}.{member}", said) for name, part in parts.items() for member, said in _part(part, catalogue)]
    if tag.id in SQL_WORDS or tag.id.endswith("__over"):
        found.append(("id", "此编号不可用 not an id for a tag"))
    return found or [*_operator(tag), *_unit(tag, catalogue), *_kind(tag, catalogue)]


def _part(part: Part, catalogue: TagCatalogue) -> Iterator[Fault]:
    if part.source not in catalogue.sources:
        yield "source", f"没有此来源 there is no such source: {part.source}"
        return
    columns = catalogue.columns(part.source)
    for member, column in (("field", part.field), ("per", part.per)):
        if column and column not in columns:
            yield member, f"{part.source} 没有列 has no column {column}"
            return
    yield from _take(part, catalogue)
    yield from _window(part, catalogue)
    for column, condition in part.where.items():
        if column in columns:
            of = catalogue.column(part.source, column)
            yield from ((f"where.{column}", said) for said in faults_of_condition(condition, of))
        else:
            yield f"where.{column}", f"{part.source} 没有列 has no column {column}"


def _take(part: Part, catalogue: TagCatalogue) -> Iterator[Fault]:
    taken = part.each or part.take
    if bool(part.per) != bool(part.each):
        yield "each", "`per` 与 `each` 须同时给出 `per` and `each` go together"
    if part.per and part.take not in {"count", "sum", "max", "min"}:
        yield "take", "分组之上只有 count、sum、max、min over groups: count, sum, max or min"
    if bool(part.field) != (taken not in {"count", "first", "last"}):
        yield "field", f"{taken} {'没有 has no' if part.field else '须有 needs a'} `field`"
        return
    if taken in {"first", "last", "latest"} and not catalogue.sources[part.source].at:
        yield "take", f"{part.source} 没有时间列 has no `at`: {taken} 无从取起 cannot be taken"
    if not part.field:
        return
    kind = catalogue.column(part.source, part.field).as_
    if (taken == "sum" and kind not in _ADDED) or (taken in {"max", "min", "latest"} and kind == "key"):
        yield "field", f"{kind} 列不能取 a column of this kind has no {taken}"


def _window(part: Part, catalogue: TagCatalogue) -> Iterator[Fault]:
    if part.months is None and not part.before:
        return
    at = catalogue.sources[part.source].at
    if not at:
        yield "months", f"{part.source} 没有时间列，不能有时间窗 has no `at`, so no window"
        return
    if (part.months is not None and part.months < 1) or part.before < 0:
        yield "months", "月数至少为 1 at least one month, and none below 0 before it"
    if catalogue.column(part.source, at).as_ == "year" and ((part.months or 0) % 12 or part.before % 12):
        yield "months", "按年的来源，时间窗须为整年 a source by years has windows of whole years"


def _operator(tag: Tag) -> Iterator[Fault]:
    take, each = tag.part.take, tag.part.each
    fits = {
        "exists": take in _COUNTED,
        "without": take in _COUNTED and tag.over is not None and tag.over.take in _COUNTED,
        "mean": take == "sum",
        "total": take == "sum" and each == "latest",
        "age": not each and take in {"first", "last", "latest", "max", "min"},
        "gap": not each and take == "distinct",
        **dict.fromkeys(_TWO, tag.over is not None),
        "trend": tag.over is not None or tag.part.months is not None,
    }
    if not fits.get(tag.operator, take == tag.operator):
        yield "operator", f"{tag.operator} 与 part（over）不合 does not fit `part` (and `over`)"
    if tag.over is not None and tag.operator not in {*_TWO, "trend", "without"}:
        yield "over", f"{tag.operator} 没有 has no `over`"
    if tag.left and tag.operator != "age":
        yield "left", "`left` 只用于 age is for ages alone"


def _unit(tag: Tag, catalogue: TagCatalogue) -> Iterator[Fault]:
    if tag.unit not in _UNITS.get(tag.operator, {tag.unit}):
        yield "unit", f"{tag.operator} 的单位为 is in one of: {'、'.join(sorted(_UNITS[tag.operator]))}"
    if tag.operator in _PLAIN | _TWO - {"ratio"} | {"mean", "total"} and (
        _is_money(tag, catalogue) != (tag.unit == "yuan")
    ):
        yield "unit", "金额（且只有金额）以 yuan 计 money, and nothing else, is in yuan"
    if tag.operator == "product" and catalogue.column_of(tag.over) is None:
        yield "over", "须为一列的值 must be the value of a column"


def _is_money(tag: Tag, catalogue: TagCatalogue) -> bool:
    column = catalogue.column_of(tag.part)
    return column is not None and column.as_ == "money"


def _kind(tag: Tag, catalogue: TagCatalogue) -> Iterator[Fault]:
    if tag.operator not in {"age", "gap"}:
        return
    kind = catalogue.column(tag.part.source, tag.part.field or catalogue.sources[tag.part.source].at).as_
    if kind not in CALENDAR or (tag.operator == "age" and kind not in _COARSER[tag.unit]):
        yield "unit", f"不能从 {kind} 列以 {tag.unit} 计 a column of this kind has no age in this unit"
    if tag.operator == "gap" and f"{kind}s" != tag.unit:
        yield "unit", f"{tag.unit} 的间断须从同种列取 gaps are taken from a column of months (years)"
