"""The figures of a validated card as a page to look at: one HTML file with its drawings in it, and no script. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from scoring_adapter.modeling.measures import bounds_of
from scoring_adapter.modeling.scoring import ScoredTable
from scoring_adapter.modeling.table import APART
from scoring_adapter.modeling.validation import chance_of

WIDTH, HEIGHT, LEFT, ROW = 640, 260, 48, 26
COLOURS = ("#2f6fd0", "#b3261e")
Point = tuple[float, float]
_STYLE = """body{font-family:"Noto Sans CJK SC",sans-serif;max-width:720px;margin:2em auto;color:#1b2733}
h2{font-size:16px;margin-top:2em}text{font-size:12px;fill:#1b2733}small{color:#556}
td,th{padding:2px 12px 2px 0;text-align:right}td:first-child,th:first-child{text-align:left}"""


def report(told: Mapping[str, Any], scored: ScoredTable, fitted: Mapping[str, Any]) -> str:
    """Return the page of what `validate` told of a scored table; without what is known of its fit, no calibration."""
    parts = [_bars("各等级的违约率 Share that went bad, by band", _of(told["bands"], "band", "rate")), _ks(scored)]
    if fitted:
        parts.append(_calibration(scored, fitted))
    for column in APART:
        groups = told.get(f"by_{column}", {})
        for figure, title in (
            ("auc", "AUC"),
            ("admitted", "准入比例 Share admitted"),
            ("rate", "违约率 Share that went bad"),
        ):
            rows = [(name, of[figure]) for name, of in groups.items() if figure in of]
            parts += [_bars(f"{title} · {column}", rows)] if rows else []
    alone = told.get("registration_alone", {})
    beside = [
        (f"只用登记 registration alone: {name}", alone[name])
        for name in ("auc", "whole_auc", "ks", "whole_ks")
        if alone
    ]
    figures = [(name, told[name]) for name in ("rows", "without_score", "auc", "ks", "gini", "foretold",
                                               "calibration_error", "psi") if name in told]  # fmt: skip
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{escape(told["model"])}</title>'
        f"<style>{_STYLE}</style><h1>{escape(told['model'])}</h1>{_table([*figures, *beside])}{''.join(parts)}</html>"
    )


def _ks(scored: ScoredTable) -> str:
    """Draw how the good and the bad ones add up with the score."""
    scores, bad = scored.scores[scored.known], scored.table.bad[scored.known]
    steps = np.unique(scores)
    curves = [
        [(float(step), float((scores[of] <= step).mean())) for step in steps] if of.any() else [] for of in (~bad, bad)
    ]
    return _lines("累计分布（KS）Cumulative shares", [("正常 good", curves[0]), ("违约 bad", curves[1])])


def _calibration(scored: ScoredTable, fitted: Mapping[str, Any]) -> str:
    """Draw the real share of bad ones beside the foretold, of groups of about the same size."""
    scores, bad = scored.scores[scored.known], scored.table.bad[scored.known]
    groups, chance = np.searchsorted(bounds_of(scores), scores, side="right"), chance_of(scores, fitted["terms"])
    kept = [groups == one for one in np.unique(groups)]
    middles = [float(scores[of].mean()) for of in kept]
    real = [(at, float(bad[of].mean())) for at, of in zip(middles, kept, strict=True)]
    foretold = [(at, float(chance[of].mean())) for at, of in zip(middles, kept, strict=True)]
    return _lines("校准：所说与实际 Foretold and real shares", [("所说 foretold", foretold), ("实际 real", real)])


def _lines(title: str, series: Sequence[tuple[str, Sequence[Point]]]) -> str:
    points = [point for _, of in series for point in of]
    if not points:
        return ""
    (low, high), top = (min(x for x, _ in points), max(x for x, _ in points)), max(y for _, y in points) or 1.0
    span = high - low or 1.0
    drawn = []
    for (name, of), colour, place in zip(series, COLOURS, range(len(series)), strict=False):
        path = " ".join(
            f"{LEFT + (x - low) / span * (WIDTH - LEFT):.1f},{HEIGHT - y / top * (HEIGHT - 40) - 20:.1f}" for x, y in of
        )
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(f'<text x="{LEFT + 8 + 110 * place}" y="14" style="fill:{colour}">{escape(name)}</text>')
    axis = (
        f'<text x="0" y="34">{top:.3f}</text><text x="0" y="{HEIGHT - 20}">0</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 4}">{low:g}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end">{high:g}</text>'
    )
    return _figure(title, HEIGHT, axis + "".join(drawn))


def _bars(title: str, rows: Sequence[tuple[str, float | None]]) -> str:
    top = max((value or 0.0 for _, value in rows), default=0.0) or 1.0
    drawn = []
    for place, (name, value) in enumerate(rows):
        at, length = place * ROW + 16, (value or 0.0) / top * (WIDTH - 260)
        told = "—" if value is None else f"{value:.4f}"
        drawn.append(
            f'<text x="0" y="{at}">{escape(name)}</text><rect x="160" y="{at - 12}" width="{length:.1f}" height="16" '
            f'fill="{COLOURS[0]}"/><text x="{168 + length:.1f}" y="{at}">{told}</text>'
        )
    return _figure(title, len(rows) * ROW + 8, "".join(drawn))


def _figure(title: str, height: int, inner: str) -> str:
    return (
        f'<h2>{escape(title)}</h2><svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" '
        f'aria-label="{escape(title)}">{inner}</svg>'
    )


def _table(rows: Iterable[tuple[str, Any]]) -> str:
    return "<table>" + "".join(f"<tr><td>{name}<td>{value}" for name, value in rows) + "</table>"


def _of(rows: Sequence[Mapping[str, Any]], name: str, figure: str) -> list[tuple[str, float | None]]:
    return [(str(one[name]), one[figure]) for one in rows]
