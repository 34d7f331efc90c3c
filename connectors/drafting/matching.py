"""Columns of a sample against the fields of one dataset: which may be which, how sure that is, and why. Pure.

A pair is as sure as its heading is near, times how well its cells fit the field's type. Each column serves one field,
save the name's, which is also the party's, and a currency's, which shares the amount's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connectors.conversion.normalise import code_table
from connectors.conversion.shapes import Shape
from connectors.drafting.vocabulary import Vocabulary
from connectors.model.datasets import Dataset, Field

CANDIDATE = 0.5  # below this a pair is not even worth a question
_OWN_NAME = 0.95
_HOUSEKEEPING = re.compile(r"主键|(?:数据)?(?:入库|修改|更新|创建|推送|导出|录入|采集)(?:时间|日期|时间戳)|id|uuid|/")
_CODED = re.compile(r"[码号]$")  # fields that codes may stand in


@dataclass(frozen=True)
class Pair:
    """A column for a field or a role, how sure, and why."""

    place: int
    score: float
    why: str


@dataclass(frozen=True)
class Sample:
    """A file's headings and the shapes of its columns."""

    headings: Sequence[str]
    shapes: Sequence[Shape]


@dataclass
class Matching:
    """The best pairs of a sample with a dataset. Roles are those of Party and Producer."""

    dataset: Dataset
    sample: Sample
    fields: dict[str, Pair] = field(default_factory=dict)
    name: Pair | None = None
    codes: list[Pair] = field(default_factory=list)
    kinds: list[Pair] = field(default_factory=list)
    producer: Pair | None = None
    authorities: list[Pair] = field(default_factory=list)

    @cached_property
    def used(self) -> set[int]:
        """The places something is read from."""
        pairs = [*self.fields.values(), *self.codes, *self.kinds, *self.authorities, self.name, self.producer]
        return {pair.place for pair in pairs if pair}

    @property
    def meant(self) -> int:
        """How many columns say something."""
        return sum(
            place in self.used or not _says_nothing(heading)
            for place, heading in enumerate(self.sample.headings)
            if heading
        )

    @property
    def required(self) -> list[str]:
        """The fields no record is without."""
        return [name for name, of in self.dataset.fields.items() if of.required]

    @property
    def score(self) -> float:
        """How much of the file finds a place, and how much of what is required is found: from 0 to 1."""
        best: dict[int, float] = {}
        for pair in [*self.fields.values(), *self.codes, *self.kinds, *self.authorities, self.name]:
            if pair:
                best[pair.place] = max(best.get(pair.place, 0.0), pair.score)
        found = sum(self.fields[name].score for name in self.required if name in self.fields)
        columns = min(1.0, sum(best.values()) / max(1, self.meant))
        return 0.55 * columns + 0.45 * (found / len(self.required) if self.required else columns)


def is_counter(heading: str) -> bool:
    """Tell whether a column only counts the rows."""
    return heading.strip().casefold() in {"序号", "no", "no.", "编号序", "行号"}


def _says_nothing(heading: str) -> bool:
    """Tell whether a column counts rows or keeps house."""
    return is_counter(heading) or bool(_HOUSEKEEPING.fullmatch(heading.strip().casefold()))


def pair_fields(found: Matching, vocabulary: Vocabulary, named: Iterable[str]) -> None:
    """Give each field its best column, the surest pairs first; `named` are fields that hold the party's name."""
    dataset = found.dataset
    if found.name:
        found.fields.update(dict.fromkeys(list(named)[:1], found.name))
    taken = {pair.place for pair in [*found.codes, *found.kinds, *found.authorities, found.name] if pair}
    pairs = sorted(
        (
            (pair, name)
            for name, of in dataset.fields.items()
            if name not in found.fields
            for pair in _pairs(dataset, name, of, found.sample, vocabulary)
        ),
        key=lambda candidate: -candidate[0].score,
    )
    for pair, name in pairs:
        shares = dataset.fields[name].type == "currency"
        exact = pair.score == 1.0
        if name not in found.fields and (shares or exact or pair.place not in taken):
            found.fields[name] = pair
            taken.add(pair.place)


def _pairs(dataset: Dataset, name: str, of: Field, sample: Sample, vocabulary: Vocabulary) -> Iterable[Pair]:
    for place, (heading, shape) in enumerate(zip(sample.headings, sample.shapes, strict=True)):
        near = vocabulary.nearness(heading, dataset, name)
        if near.score < CANDIDATE:
            continue
        fits, why = fit(of, shape)
        if near.score >= _OWN_NAME and of.type == "text":
            fits = max(fits, 0.85)  # a text may be anything: its own name decides
        score = round(near.score * fits, 2)
        if score >= CANDIDATE:
            yield Pair(place, score, "；".join(part for part in (near.why, why) if part))


def fit(of: Field, shape: Shape) -> tuple[float, str]:
    """Return how well cells fit a field's type, from 0 to 1, and what speaks against it."""
    if not shape.total:
        return 0.95, "列为空 the column is empty"
    known = code_table(of.codes, {})
    odd = (shape.keyed >= 0.8 and not _CODED.search(of.zh)) or (shape.dates >= 0.9 and not shape.names)
    share, what = {
        "date": (shape.readable_dates, "日期 dates"),
        "until": (shape.readable_ends, "日期 dates"),
        "money": (shape.money, "金额 amounts"),
        "number": (shape.numbers_in(of.unit), "数字 numbers"),
        "flag": (shape.flags, "是否 yes or no"),
        "code": (1.0 if shape.words else 0.0, "代码 codes"),
    }.get(of.type, (0.5 if odd else 1.0, "文字 text"))
    if of.type == "code" and known:
        share = max(share * 0.8, sum(word in known for word in shape.words) / max(1, len(shape.words)))
    said = "" if share >= 0.98 else f"{share:.0%} 可读为 read as {what}"
    return (1.0 if share >= 0.9 else 0.92 if share >= 0.75 else 0.85 if share >= 0.6 else 0.3 + share / 2), said
