"""SQL for a source's rows on a day: made one by their key, with what is taken from series and from others. Pure."""

from collections.abc import Iterable, Sequence

from scoring_adapter.tags.bounds import Test
from scoring_adapter.tags.planned import Plan, PlannedReference, PlannedSource

_LEAVES = 2**31  # more than a batch has


def rows(plan: Plan, source: PlannedSource) -> str:
    """Return a sub-select with `subject` and the columns that parts need."""
    made = _merged(plan, source) if source.once else _own(plan, source, ())
    if not source.references and not source.others:
        return made
    taken, joins = [f"m.{column}" for column in ("subject", *source.columns)], []
    for at, (name, reference) in enumerate(source.references.items()):
        taken.append(f"f{at}.{reference.take} AS {name}")
        on = " AND ".join(f"m.{ours} = f{at}.{its}" for ours, its in reference.by)
        joins.append(f"LEFT JOIN {_series(plan, reference)} f{at} ON {on}")
    for at, (name, (key, tag)) in enumerate(source.others.items()):
        taken.append(f"o{at}.value AS {name}")
        joins.append(f"LEFT JOIN other_{tag} o{at} ON m.{key} = o{at}.named")
    return f"(SELECT {', '.join(taken)} FROM {made} m {' '.join(joins)})"


def condition(table: str, tests: Sequence[Test]) -> str:
    """Return SQL for all tests of a row."""
    return " AND ".join(_test(f"{table}.{test.column}", test) for test in tests) or "1 = 1"


def _own(plan: Plan, source: PlannedSource, more: Iterable[str]) -> str:
    """Return the rows of all members."""
    columns = ", ".join(f"t.{column}" for column in ("subject", *more, *source.columns))
    selects = (f"SELECT {columns} FROM {member} t WHERE {_shown('t', plan)}" for member in source.members)
    return f"({' UNION ALL '.join(selects)})"


def _merged(plan: Plan, source: PlannedSource) -> str:
    """Return rows that agree in their key as one; a row without it is known by its batch and its place there."""
    key = source.once
    greatest = "".join(f", MAX(u.{column}) AS {column}" for column in source.columns if column != key)
    apart = ", ".join(f"CASE WHEN u.{key} IS NULL THEN u.{column} END" for column in ("batch", "leaf"))
    table = _own(plan, source, ("batch", "leaf"))
    return f"(SELECT u.subject, u.{key}{greatest} FROM {table} u GROUP BY u.subject, u.{key}, {apart})"


def _series(plan: Plan, reference: PlannedReference) -> str:
    """Return the latest landed of a series' rows that agree."""
    keys = [its for _, its in reference.by]
    columns = ", ".join(dict.fromkeys(f"t.{column}" for column in (*keys, reference.take)))
    landed = f"CAST(t.batch AS BIGINT) * {_LEAVES} + t.leaf AS landed"
    kept = f"{_shown('t', plan)} AND {condition('t', reference.tests)}"
    table = f"(SELECT {columns}, {landed} FROM {reference.dataset} t WHERE {kept})"
    by = ", ".join(f"n.{key}" for key in keys)
    newest = f"(SELECT {by}, MAX(n.landed) AS landed FROM {table} n GROUP BY {by})"
    on = " AND ".join(f"s.{column} = w.{column}" for column in (*keys, "landed"))
    taken = ", ".join(dict.fromkeys(f"s.{column}" for column in (*keys, reference.take)))
    return f"(SELECT {taken} FROM {table} s JOIN {newest} w ON {on})"


def _shown(table: str, plan: Plan) -> str:
    return f"{table}.shown_from <= {plan.day} AND {table}.shown_to > {plan.day}"


def _test(column: str, test: Test) -> str:
    if test.empty:
        return f"{column} IS NULL"
    bounds = [f"{column} >= {test.low}"] if test.low is not None else []
    bounds += [f"{column} <= {test.high}"] if test.high is not None else []
    bounds += [f"{column} IN ({_listed(test.among)})"] if test.among else []
    bounds += [f"{column} NOT IN ({_listed(test.outside)})"] if test.outside else []
    asked = " AND ".join(bounds) or f"{column} IS NOT NULL"
    return f"({column} IS NULL OR ({asked}))" if test.or_empty else asked


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
