"""Columns of a sample against the fields of one dataset: which may be which, how sure that is, and why. Pure.

A pair is as sure as its heading is near, times how well its cells fit the field's type. Each column serves one field,
save the name's, which is also the party's, and a currency's, which shares the amount's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connectors.conversion.headings import SURELY, Nearness, nearness
from connectors.conversion.normalise import code_table
from connectors.conversion.shapes import Shape
from connectors.model.datasets import Dataset, Field
from connectors.model.mapping import Mapping

CANDIDATE = 0.5  # below this a pair is not even worth a question
_AUTHORITY = ("机关", "来源", "部门", "表彰", "评定", "主管")
_KINDS = frozenset({"法人", "法人及非法人组织", "自然人", "个体工商户", "企业", "个人", "其他组织"})


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
    def score(self) -> float:
        """How much of the file finds a place, and how much of what is required is found: from 0 to 1."""
        best: dict[int, float] = {}
        for pair in [*self.fields.values(), *self.codes, *self.kinds, *self.authorities, self.name]:
            if pair:
                best[pair.place] = max(best.get(pair.place, 0.0), pair.score)
        meant = max(1, sum(not is_counter(heading) for heading in self.sample.headings if heading))
        required = [name for name, of in self.dataset.fields.items() if of.required]
        found = sum(self.fields[name].score for name in required if name in self.fields)
        columns = min(1.0, sum(best.values()) / meant)
        return 0.55 * columns + 0.45 * (found / len(required) if required else columns)


def is_counter(heading: str) -> bool:
    """Tell whether a column only counts the rows."""
    return heading.strip().casefold() in {"序号", "no", "no.", "编号序", "行号", "/"}


def match(dataset: Dataset, sample: Sample) -> Matching:
    """Return the best pairs."""
    found = Matching(dataset, sample)
    _find_roles(found)
    name_fields = [name for name, of in dataset.fields.items() if _is_name(dataset, name, of)]
    if found.name:
        found.fields.update(dict.fromkeys(name_fields[:1], found.name))
    taken = {pair.place for pair in [*found.codes, *found.kinds, *found.authorities, found.name] if pair}
    pairs = sorted(
        (
            (pair, name)
            for name, of in dataset.fields.items()
            if name not in found.fields
            for pair in _pairs(dataset, name, of, sample)
        ),
        key=lambda candidate: -candidate[0].score,
    )
    for pair, name in pairs:
        shares = dataset.fields[name].type == "currency"
        exact = pair.score == 1.0
        if name not in found.fields and (shares or exact or pair.place not in taken):
            found.fields[name] = pair
            taken.add(pair.place)
    return found


def words_of(dataset: Dataset, name: str) -> list[str]:
    """Return the headings a field is known under."""
    known = [column for mapping in dataset.mappings if name in mapping.fields for column in mapping.fields[name].from_]
    return list(dict.fromkeys([name, dataset.fields[name].zh, *known]))


def _find_roles(found: Matching) -> None:
    sample, spellings = found.sample, found.dataset.spellings()
    _find_codes(found, spellings)
    taken = {pair.place for pair in [*found.codes, *found.authorities]}
    producer = _best(sample, [name for mapping in spellings for name in mapping.producer.name], taken)
    if producer and producer.score >= SURELY:
        found.producer = producer
        taken.add(producer.place)
    kinds = _best(sample, [kind for mapping in spellings for kind in mapping.party.kind], taken)
    if kinds and kinds.score >= SURELY and set(sample.shapes[kinds.place].filled) & _KINDS:
        found.kinds.append(kinds)
        taken.add(kinds.place)
    found.name = _best(sample, _roles(spellings, "name"), taken)
    if found.name is None or found.name.score < SURELY:
        found.name = _by_cells(sample, taken, found.name) or found.name


def _find_codes(found: Matching, spellings: Sequence[Mapping]) -> None:
    """Find the columns of codes. Where cells alone speak for one, it is never sure, nor is whose code it is."""
    sample = found.sample
    foreign = [code for mapping in spellings for code in mapping.producer.codes]
    for place, (heading, shape) in enumerate(zip(sample.headings, sample.shapes, strict=True)):
        near, its = nearness(heading, _roles(spellings, "codes")), nearness(heading, foreign)
        coded = shape.keyed + shape.hidden >= 0.6 and shape.total >= 0.2 * len(shape.cells)
        if not coded and (near.score < SURELY or shape.names):
            continue
        score = near.score if near.score >= SURELY else 0.85 if near.score >= CANDIDATE else 0.7
        few = near.score < CANDIDATE and shape.distinct < 0.2
        whose = its.score > near.score or few or any(word in heading for word in _AUTHORITY)
        pair = Pair(place, max(score, its.score), near.why or "多为企业代码 cells are codes")
        (found.authorities if whose else found.codes).append(pair)
    found.codes.sort(key=lambda pair: _rank_of_codes(sample.shapes[pair.place]))


def _rank_of_codes(shape: Shape) -> tuple[float, float]:
    """Put the column with most unified codes first, then the one with most others."""
    return -shape.unified * shape.total, -shape.keyed * shape.total


def _roles(spellings: Iterable[Mapping], role: str) -> list[str]:
    return [word for mapping in spellings for word in getattr(mapping.party, role)]


def _best(sample: Sample, words: Sequence[str], without: set[int]) -> Pair | None:
    near = [
        (nearness(heading, words), place)
        for place, heading in enumerate(sample.headings)
        if place not in without and heading
    ]
    (score, why), place = max(near, key=lambda candidate: candidate[0].score, default=(Nearness(0, ""), 0))
    return Pair(place, score, why) if score >= CANDIDATE else None


def _by_cells(sample: Sample, without: set[int], near: Pair | None) -> Pair | None:
    """Return the one column whose cells are names of enterprises: sure only where its heading speaks for it too."""
    named = [
        place
        for place, shape in enumerate(sample.shapes)
        if place not in without and shape.names >= 0.6 and shape.distinct >= 0.2
    ]
    if len(named) != 1:
        return None
    both = near is not None and near.place == named[0]
    why = f"多为企业名称 cells are names；{near.why}" if near and both else "多为企业名称 cells are names"
    return Pair(named[0], 0.85 if both else 0.7, why)


def _is_name(dataset: Dataset, name: str, of: Field) -> bool:
    words = _roles(dataset.spellings(), "name")
    return of.type == "text" and (name in words or of.zh in words)


def _pairs(dataset: Dataset, name: str, of: Field, sample: Sample) -> Iterable[Pair]:
    words = words_of(dataset, name)
    for place, (heading, shape) in enumerate(zip(sample.headings, sample.shapes, strict=True)):
        near = nearness(heading, words)
        if near.score < CANDIDATE:
            continue
        fits, why = fit(of, shape)
        score = round(near.score * fits, 2)
        if score >= CANDIDATE:
            yield Pair(place, score, "；".join(part for part in (near.why, why) if part))


def fit(of: Field, shape: Shape) -> tuple[float, str]:
    """Return how well cells fit a field's type, from 0 to 1, and what speaks against it."""
    if not shape.total:
        return 0.95, "列为空 the column is empty"
    known = code_table(of.codes, {})
    share, what = {
        "date": (shape.readable_dates, "日期 dates"),
        "until": (shape.readable_dates, "日期 dates"),
        "money": (shape.money, "金额 amounts"),
        "number": (shape.numbers_in(of.unit), "数字 numbers"),
        "flag": (shape.flags, "是否 yes or no"),
        "code": (1.0 if shape.words else 0.0, "代码 codes"),
    }.get(of.type, (0.5 if shape.keyed >= 0.8 or (shape.dates >= 0.9 and not shape.names) else 1.0, "文字 text"))
    if of.type == "code" and known:
        share = max(share * 0.8, sum(word in known for word in shape.words) / max(1, len(shape.words)))
    said = "" if share >= 0.98 else f"{share:.0%} 可读为{what}"
    return (1.0 if share >= 0.9 else 0.85 if share >= 0.6 else 0.3 + share / 2), said
