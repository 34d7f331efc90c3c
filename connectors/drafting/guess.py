"""Which dataset a sample is of: its columns first, then its title, then who has issued it. Pure.

What a title says of its own (环境, 文化) must be said by the file; a dataset that says nothing of its own is there for
what no other is. The bureau that issues the rows speaks for its own datasets and against those of others, save those
that hold what every bureau sends.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.conversion.headings import SURELY, character_pairs
from connectors.drafting.bureaus import BUREAUS
from connectors.drafting.looks import told
from connectors.drafting.matching import Matching
from connectors.errors import MalformedError
from connectors.model.datasets import Agency

LEAST_SCORE, LEAST_LEAD = 0.45, 0.04
NEAREST = 3
_COMMON = re.compile(
    "行政处罚|行政许可|经营许可|双公示|许可证|许可|处罚|行政|信用|等级|评价|信息|数据|公告|情况|名单|名录|目录|企业|公示|记录|"
    "温州|市|局"
)
_GENERAL, _UNSAID = 0.5, 0.25  # of the title's weight, where a dataset's title says nothing of its own
_APART = re.compile(r"[^\u3400-\u9fff]|[与和及、]")
_MOSTLY, _MOST_ISSUERS = 0.6, 30
_SOURCE = "数据来源单位"  # a dataset with this field holds what several bureaus send


class UnguessableError(MalformedError):
    """No dataset fits the sample, or several fit as well: the text names the nearest and why, a person names one."""


@dataclass(frozen=True)
class Guess:
    """A dataset that a sample may be of, how well it fits, and what speaks for and against it."""

    matching: Matching
    score: float
    why: str

    @property
    def name(self) -> str:
        """The dataset's code."""
        return self.matching.dataset.dataset


def rank(matchings: Sequence[Matching], agencies: Mapping[str, Agency], text: str) -> list[Guess]:
    """Return the datasets, the best first; `text` is what the file is called, and what stands above its headings."""
    guesses = [_guess(matching, agencies[matching.dataset.agency], text) for matching in matchings]
    return sorted(guesses, key=lambda guess: -guess.score)


def check(guesses: Sequence[Guess]) -> None:
    """Raise UnguessableError where the best fits too little, or the next as well."""
    nearest = "；".join(
        f"{guess.name}（{guess.matching.dataset.title.zh}，{guess.score:.0%}：{guess.why}）"
        for guess in guesses[:NEAREST]
    )
    if guesses[0].score < LEAST_SCORE:
        sample = guesses[0].matching.sample
        look = told(sample.headings, sample.shapes)
        seen = f"；没有说明的列 columns whose headings say nothing: {look}" if look else ""
        raise UnguessableError(
            f"看不出是哪个数据目录，最接近的是 {nearest}；请用 --dataset 指定 no dataset fits: name one with --dataset"
            f"{seen}"
        )
    if len(guesses) > 1 and guesses[0].score - guesses[1].score < LEAST_LEAD:
        raise UnguessableError(
            f"无法区分 {nearest}；请用 --dataset 指定 several datasets fit as well: name one with --dataset"
        )


def _guess(matching: Matching, agency: Agency, text: str) -> Guess:
    title, issuer = _titled(matching.dataset.title.zh, text), _issued(matching, agency, text)
    score = 0.75 * matching.score + 0.15 * title + 0.1 * issuer
    return Guess(matching, max(0.0, score), _why(matching, title, issuer))


def _titled(title: str, text: str) -> float:
    """Return how much of what a title says of its own stands in a text."""
    own = _COMMON.sub("", title)
    parts = [part for part in _APART.split(own) if part]
    if not parts:
        return _GENERAL if title[:4] in text else _UNSAID
    return max(_said(part, text) for part in parts)


def _said(part: str, text: str) -> float:
    wanted = character_pairs(part) or frozenset(part)
    return sum(pair in text for pair in wanted) / len(wanted)


def _issued(matching: Matching, agency: Agency, text: str) -> float:
    """Return 1 where the dataset's own agency is named, less than 0 where others are; 0 says nothing."""
    called, issued = _named(text), Counter[str]()
    if matching.producer:
        filled = matching.sample.shapes[matching.producer.place].filled
        for word, times in filled.most_common(_MOST_ISSUERS):
            issued.update(dict.fromkeys(_named(word), times))
    if agency.code in called or agency.zh in text:
        return 1.0
    most = max(issued.values(), default=0) / max(1, issued.total())
    if any(of.zh == _SOURCE for of in matching.dataset.fields.values()):
        return 0.5 if len(issued) > 1 and most < _MOSTLY else 0.0
    share = issued[agency.code] / max(1, issued.total())
    return share if share >= _MOSTLY else -0.5 if issued or called else 0.0


def _named(text: str) -> set[str]:
    """Return the agencies that a text names."""
    return {code for code, words in BUREAUS.items() if any(word in text for word in words)}


def _why(matching: Matching, title: float, issuer: float) -> str:
    sure = {pair.place for pair in matching.fields.values() if pair.score >= SURELY}
    sure |= {pair.place for pair in [*matching.codes, *matching.kinds, *matching.authorities] if pair.score >= SURELY}
    lacking = [
        matching.dataset.fields[name].zh
        for name in matching.required
        if name not in matching.fields or matching.fields[name].score < SURELY
    ]
    said = [f"认得 {len(sure)}/{matching.meant} 列 columns known"]
    said += [f"缺 lacks {'、'.join(lacking[:NEAREST])}"] if lacking else []
    said += ["名称相符 so titled"] if title > _GENERAL else []
    said += ["部门相符 its bureau"] if issuer > 0 else ["部门不符 another bureau"] if issuer < 0 else []
    return "，".join(said)
