"""Where a score lies among those of its industry section and size, laid out for people. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.console.chart import Chart, Series
from gateway.console.words import Words
from scoring_adapter.distribution import TOLD
from scoring_adapter.percentile import STATUSES

WHY = tuple(status for status in STATUSES if status != "computed")
WORDED = {"industry": WHY, "industry-at": tuple(map(str, TOLD))}  # texts whose names are made here


@dataclass(frozen=True)
class IndustryShown:
    """The comparison in a sentence, as facts and as a chart; where nothing can be told, `finding` says why and there is
    neither.
    """

    finding: str
    facts: Sequence[tuple[str, str]] = ()
    chart: Chart | None = None


def industry_of(statement: Mapping[str, Any], words: Words) -> IndustryShown | None:
    """Lay the comparison of an answer out in the visitor's language; None of an answer that has none."""
    told = statement.get("industry")
    if told is None:
        return None
    if told["status"] != "computed":
        return IndustryShown(words(f"industry-{told['status']}"))
    many, group = words.number(told["enterprises"]), group_name(told, words)
    day = words.day(date.fromisoformat(told["day"]))
    finding = words("industry-finding", percentile=told["percentile"], group=group)
    facts = [
        (words("industry-percentile"), str(told["percentile"])), (words("industry-group"), group),
        (words("industry-enterprises"), many), (words("industry-day"), day),
    ]  # fmt: skip
    return IndustryShown(finding, facts, _chart(statement["score"], told, finding, words))


def group_name(told: Mapping[str, Any], words: Words) -> str:
    """Return what the group is called: its section, and its size where it is of one."""
    named = [told["section"], told["size"]] if told["size"] else [told["section"]]
    return words.listed(str(one[words.language]) for one in named)


def _chart(score: int, told: Mapping[str, Any], finding: str, words: Words) -> Chart:
    """Return the score above the scores that a tenth, a quarter, a half and so on of the group do not exceed."""
    scores = dict(reversed(told["scores"].items()))
    nothing = [None] * len(scores)
    return Chart(
        "industry", "across", finding,
        [words("industry-own"), *(words(f"industry-at-{percent}") for percent in scores)],
        [Series(words("industry-own"), [score, *nothing]),
         Series(words("industry-group"), [None, *scores.values()], tone="6")],
        words("answer-points-unit"), stacked=True,
    )  # fmt: skip
