"""Charts of scores: how one went on, how all of them lie, who moved, how long scans took, what values bring."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from gateway.console.chart import Chart, Series, Tone
from gateway.console.words import Words
from gateway.scores.movers import Mover
from gateway.scores.scan_tables import ScanRun
from gateway.scores.spread import Scored
from scoring_adapter.scorecard import load_scorecard

FARTHEST = 8  # to either side
NIGHTS = 30


def history_chart(words: Words, history: Sequence[Scored], today: date) -> Chart | None:
    """Return how a score went on until today; None where it was the same on every day that is known."""
    if len(history) < 2:
        return None
    days = [words.day(one.day) for one in history]
    scores = [one.score for one in history]
    if history[-1].day < today:
        days, scores = [*days, words.day(today)], [*scores, scores[-1]]
    known = [score for score in scores if score is not None]
    finding = words("history-between", low=min(known), high=max(known)) if known else words("tags-no-score")
    return Chart("history", "line", finding, days, [Series(words("mover-score"), scores)], words("tag-points-unit"))


def spread_chart(words: Words, spread: Mapping[str | None, int]) -> Chart | None:
    """Return how many enterprises are in which band, from the best down; None where nobody was scored yet."""
    total = sum(spread.values())
    if not total:
        return None
    named = [(band_names(words)[band.id], spread.get(band.id, 0)) for band in load_scorecard().card.bands]
    named.append((words("spread-none"), spread.get(None, 0)))
    most, many = max(named, key=lambda pair: pair[1])
    finding = words("spread-most", band=most, num=words.number(many), total=words.number(total))
    counts = [number for _, number in named]
    return Chart(
        "spread", "across", finding, [name for name, _ in named], [Series(words("spread-enterprises"), counts)]
    )


def movers_chart(words: Words, movers: Sequence[Mover]) -> Chart | None:
    """Return who rose and who fell farthest; None where nobody moved."""
    if not movers:
        return None
    ordered = sorted(movers, key=lambda one: one.change, reverse=True)
    shown = ordered if len(ordered) <= 2 * FARTHEST else [*ordered[:FARTHEST], *ordered[-FARTHEST:]]
    farthest = max(shown, key=lambda one: abs(one.change))
    finding = words("movers-farthest", name=name_of(words, farthest), change=f"{farthest.change:+d}")
    rose = [one.change if one.change > 0 else None for one in shown]
    fell = [one.change if one.change <= 0 else None for one in shown]
    ways: Sequence[tuple[str, list[int | None], Tone]] = (("mover-rose", rose, "ok"), ("mover-fell", fell, "bad"))
    return Chart(
        "movers", "across", finding, [name_of(words, one) for one in shown],
        [Series(words(way), moved, tone) for way, moved, tone in ways if any(moved)],
        words("tag-points-unit"), stacked=True,
    )  # fmt: skip


def scans_chart(words: Words, runs: Sequence[ScanRun]) -> Chart | None:
    """Return how long the newest full scans took; None where there are not two of them."""
    done = [run for run in runs if run.state == "finished" and run.kind == "full"][:NIGHTS][::-1]
    took = [round((run.finished_at - run.started_at).total_seconds(), 1) for run in done if run.finished_at]
    if len(took) < 2:
        return None
    finding = words("scans-took", low=words.number(Decimal(str(min(took)))), high=words.number(Decimal(str(max(took)))))
    days = [words.moment(run.started_at) for run in done]
    return Chart("scans", "bar", finding, days, [Series(words("scan-took"), took)], words("unit-seconds"))


def points_chart(words: Words, bins: Sequence[tuple[str, int]]) -> Chart:
    """Return which values of a tag bring which points."""
    best, worst = max(bins, key=lambda one: one[1]), min(bins, key=lambda one: one[1])
    finding = words("points-between", low=f"{worst[1]:+d}", high=f"{best[1]:+d}")
    plus = [points if points > 0 else None for _, points in bins]
    minus = [points if points <= 0 else None for _, points in bins]
    return Chart(
        "points", "across", finding, [text for text, _ in bins],
        [Series(words("points-plus"), plus, "ok"), Series(words("points-minus"), minus, "bad")],
        words("tag-points-unit"), stacked=True,
    )  # fmt: skip


def band_names(words: Words) -> dict[str, str]:
    """Return what the card's bands are called."""
    return {band.id: words.either(band.name.zh, band.name.en) for band in load_scorecard().card.bands}


def name_of(words: Words, one: Mover) -> str:
    """Return what an enterprise is called, as far as its name may be shown."""
    return one.subject.name or one.subject.uscc or words("mover-unnamed")
