"""Columns whose headings say nothing: which field each may be, judged by its cells alone. Pure.

Such a pair is never mapped, it is a guess to confirm. The required fields are guessed first, each once; a column whose
heading does say something is offered to a required field alone.
"""

from collections.abc import Collection, Iterator, Sequence

from connectors.conversion.normalise import code_table
from connectors.conversion.shapes import Shape
from connectors.conversion.transforms import Doubt, column_of, line_of
from connectors.drafting.looks import Look, look_of, says_nothing
from connectors.drafting.matching import Sample
from connectors.drafting.settling import BODIES
from connectors.model.datasets import Dataset, Field

_DATES, _AMOUNTS = frozenset({"date", "until"}), frozenset({"money", "number"})
_KNOWN_WORDS = 0.8


def guesses(
    dataset: Dataset, sample: Sample, places: Sequence[int], fields: Collection[str], titles: Sequence[str]
) -> Iterator[Doubt]:
    """Yield a guess for each of these columns that one of these fields may be read from, by its cells."""
    wanted = sorted(fields, key=lambda name: not dataset.fields[name].required)
    guessed: set[str] = set()
    for place in sorted(places, key=lambda place: _order(sample.shapes[place])):
        heading, shape = sample.headings[place], sample.shapes[place]
        bare = says_nothing(heading)
        fitting = [
            name
            for name in wanted
            if (bare or dataset.fields[name].required) and _may_be(dataset.fields[name], shape, look_of(shape))
        ]
        free = [name for name in fitting if name not in guessed]
        if not free:
            continue
        name, *others = free
        guessed.add(name)
        of = dataset.fields[name]
        column, said = column_of(name, of, heading, shape, titles)
        yield Doubt(name, heading, _text(of, look_of(shape), others, bare=bare), line_of(name, column))
        yield from said


def likeliest_name(sample: Sample, without: Collection[int]) -> str:
    """Return the column of names that differ most, where no heading tells which names the party; "" for none."""
    places = [place for place in range(len(sample.shapes)) if place not in without]
    best = min(places, key=lambda place: _order(sample.shapes[place]), default=None)
    return sample.headings[best] if best is not None and _order(sample.shapes[best]) else ""


def _order(shape: Shape) -> float:
    """Put names that differ most first: a party's do, an authority's stand in every row."""
    look = look_of(shape)
    return -shape.distinct if look and look.kind == "names" else 0.0


def _may_be(of: Field, shape: Shape, look: Look | None) -> bool:
    if of.type == "code":
        known = code_table(of.codes, {})
        return bool(shape.words) and sum(word in known for word in shape.words) >= _KNOWN_WORDS * len(shape.words)
    if of.type == "flag":
        return shape.flags >= _KNOWN_WORDS and look is None
    if look is None:
        return False
    return {
        "dates": of.type in _DATES,
        "amounts or numbers": of.type in _AMOUNTS,
        "document numbers": of.type == "text" and of.is_document,
        "names": of.type == "text" and of.zh.endswith(BODIES),
    }.get(look.kind, False)


def _text(of: Field, look: Look | None, others: Sequence[str], *, bare: bool) -> str:
    seen = f"下面是{look.zh}（{look.share:.0%}）" if look else "下面是该字段的词"
    cells = f"the cells are {look.kind}" if look else "the cells are its words"
    said_zh, said_en = (
        ("列名没有说明", "the heading says nothing") if bare else ("列名不认识", "the heading is not known")
    )
    also = f"；也可能是 or it is {'、'.join(others[:3])}" if others else ""
    return f"猜测，请确认：{said_zh}，{seen}，看来是“{of.zh}” a guess to confirm: {said_en}, {cells}{also}"
