"""A plan as plain SQL, read unchanged by every engine: COUNT, SUM, MIN, MAX, CASE, JOIN, GROUP BY, whole numbers. Pure.

A query gives some parts of one source: `subject` and one column per part. What an engine has to know besides: a subject
that is in no row counts 0 where a part is a count; `tags` are those of other enterprises that the query reads, from
tables called `other_<tag>` with the columns `named` (an enterprise's key) and `value`.
The newest of several is found in two steps (when it was, then what it was), so no value is too large for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scoring_adapter.tags.bounds import Test
from scoring_adapter.tags.planned import Plan, PlannedPart
from scoring_adapter.tags.rows_sql import condition, rows


@dataclass(frozen=True)
class Query:
    """One text of SQL, the parts it gives, the datasets and the tags of other enterprises that it reads."""

    source: str
    sql: str
    parts: tuple[PlannedPart, ...]
    datasets: tuple[str, ...]
    tags: tuple[str, ...]


def queries(plan: Plan) -> list[Query]:
    """Return a plan's queries, source by source: those over all rows of a subject, over groups, over the newest."""
    return [query for source in plan.sources for query in _of_source(plan, source)]


def _of_source(plan: Plan, name: str) -> Iterator[Query]:
    groups: dict[tuple[str, bool], list[PlannedPart]] = {}
    for part in plan.parts_of[name]:
        groups.setdefault((part.per, "latest" in {part.take, part.each}), []).append(part)
    source = plan.sources[name]
    series = [reference.dataset for reference in source.references.values()]
    for (per, newest), parts in groups.items():
        made = _newest(plan, name, per, parts) if newest else _grouped(rows(plan, source), per, parts)
        sql = _over_groups(made, parts) if per else made
        tags = tuple(sorted({tag for _, tag in source.others.values()}))
        yield Query(name, sql, tuple(parts), (*source.members, *series), tags)


def _grouped(table: str, per: str, parts: Sequence[PlannedPart]) -> str:
    """Return SQL for one value per part and subject, or subject and group."""
    taken = _columns(f"{_TAKEN[part.each or part.take](part)} AS {part.name}" for part in parts)
    return f"SELECT r.subject, {taken} FROM {table} r {_by('r', per)}"


def _newest(plan: Plan, name: str, per: str, parts: Sequence[PlannedPart]) -> str:
    table = rows(plan, plan.sources[name])
    times = _columns(
        f"MAX(CASE WHEN {condition('n', (*part.tests, Test(part.field)))} THEN n.{part.at} END) AS {part.name}"
        for part in parts
    )
    group = f", n.{per}" if per else ""
    at = f"(SELECT n.subject{group}, {times} FROM {table} n {_by('n', per)})"
    values = _columns(
        f"MAX(CASE WHEN {condition('r', part.tests)} AND r.{part.at} = w.{part.name} THEN r.{part.field} END) "
        f"AS {part.name}"
        for part in parts
    )
    same = f" AND r.{per} = w.{per}" if per else ""
    return f"SELECT r.subject, {values} FROM {table} r JOIN {at} w ON r.subject = w.subject{same} {_by('r', per)}"


def _over_groups(groups: str, parts: Sequence[PlannedPart]) -> str:
    taken = _columns(f"{part.take.upper()}(g.{part.name}) AS {part.name}" for part in parts)
    return f"SELECT g.subject, {taken} FROM ({groups}) g GROUP BY g.subject"


def _by(table: str, per: str) -> str:
    if not per:
        return f"GROUP BY {table}.subject"
    return f"WHERE {table}.{per} IS NOT NULL GROUP BY {table}.subject, {table}.{per}"


def _columns(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _case(part: PlannedPart, value: str) -> str:
    return f"CASE WHEN {condition('r', part.tests)} THEN {value} END"


def _count(part: PlannedPart) -> str:
    return _of_rows(part, f"COUNT({_case(part, '1')})")


def _distinct(part: PlannedPart) -> str:
    return _of_rows(part, f"COUNT(DISTINCT {_case(part, f'r.{part.field}')})")


def _of_rows(part: PlannedPart, count: str) -> str:
    """Return a count; of a group that no row of the part is in, nothing: there is no such group."""
    return f"CASE WHEN COUNT({_case(part, '1')}) > 0 THEN {count} END" if part.each else count


def _span(part: PlannedPart) -> str:
    value = _case(part, f"r.{part.field}")
    return f"MAX({value}) - MIN({value}) + 1"


_TAKEN = {
    "count": _count,
    "distinct": _distinct,
    "sum": lambda part: f"SUM({_case(part, f'CAST(r.{part.field} AS BIGINT)')})",  # narrower ones would overflow
    "max": lambda part: f"MAX({_case(part, f'r.{part.field}')})",
    "min": lambda part: f"MIN({_case(part, f'r.{part.field}')})",
    "first": lambda part: f"MIN({_case(part, f'r.{part.at}')})",
    "last": lambda part: f"MAX({_case(part, f'r.{part.at}')})",
    "span": _span,
}
