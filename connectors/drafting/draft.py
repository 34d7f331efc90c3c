"""A mapping proposed from a sample: which dataset, which column for each field, and what is done to it. Pure.

A pair that is not sure is not mapped: it is listed with its reasons, and a person decides. What the dataset knows of
its party (whose codes, who is a person) stays in the draft: it is a mapping like the shipped ones beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from connectors.conversion.headings import SURELY
from connectors.conversion.shapes import shapes_of
from connectors.conversion.transforms import (
    Doubt,
    column_of,
    footers_of,
    line_of,
    placeholders_of,
    rounded_of,
)
from connectors.decoding.decode import Table
from connectors.drafting.amending import amend
from connectors.drafting.by_content import guesses, likeliest_name
from connectors.drafting.guess import check, rank
from connectors.drafting.looks import look_of
from connectors.drafting.matching import Matching, Pair, Sample, is_counter, pair_fields
from connectors.drafting.merged import looks_merged
from connectors.drafting.roles import find_roles, name_fields
from connectors.drafting.sample import Found, read_sample
from connectors.drafting.settling import fine_within, settle
from connectors.drafting.vocabulary import Vocabulary
from connectors.model.datasets import Agency, Dataset
from connectors.model.folding import heading_key
from connectors.model.mapping import Column, Party, Producer, place_name
from connectors.model.mapping import Mapping as Spelling


@dataclass
class Draft:
    """A proposed mapping: what is sure, what a person must decide, and what is left over on both sides."""

    dataset: Dataset
    scores: list[tuple[str, float]]
    titles: list[str]
    spelling: Spelling
    pairs: dict[str, tuple[str, Pair]]
    doubts: list[Doubt] = field(default_factory=list)
    left_columns: dict[str, str] = field(default_factory=dict)  # and what the cells of each are, "" for mere text
    left_fields: list[str] = field(default_factory=list)

    @property
    def lacking(self) -> list[str]:
        """The required fields no sure column was found for."""
        return [name for name in self.left_fields if self.dataset.fields[name].required]


def propose(
    datasets: Mapping[str, Dataset], agencies: Mapping[str, Agency], table: Table, hint: str, wanted: str | None = None
) -> Draft:
    """Draft a mapping for `wanted`, or for the dataset that fits best; `hint` is what the file is called.

    Raises UnguessableError where none fits, or more than one.
    """
    found = read_sample(datasets.values(), table)
    sample, vocabulary = (
        Sample(found.headings, shapes_of(found.rows, len(found.headings))),
        Vocabulary(datasets.values()),
    )
    matchings = [match(datasets[name], sample, vocabulary) for name in ([wanted] if wanted else datasets)]
    ranked = rank(matchings, agencies, " ".join([hint, table.sheet, *found.titles]))
    if not wanted:
        check(ranked)
    return _draft(ranked[0].matching, found, [(guess.name, round(guess.score, 2)) for guess in ranked[:4]])


def match(dataset: Dataset, sample: Sample, vocabulary: Vocabulary) -> Matching:
    """Return the best pairs of a sample with a dataset."""
    found = Matching(dataset, sample)
    find_roles(found)
    named = name_fields(dataset)
    pair_fields(found, vocabulary, named)
    settle(found)
    if found.name is None or found.name.score < SURELY:
        found.name = next((found.fields[name] for name in named if name in found.fields), found.name)
    return found


def _draft(matching: Matching, found: Found, scores: list[tuple[str, float]]) -> Draft:
    dataset, headings, shapes = matching.dataset, matching.sample.headings, matching.sample.shapes
    pairs = {name: pair for name, pair in matching.fields.items() if pair.score >= SURELY}
    fields, doubts = {}, _doubtful(matching, found.titles)
    for name, pair in pairs.items():
        heading, shape = headings[pair.place], shapes[pair.place]
        fields[name], said = column_of(name, dataset.fields[name], heading, shape, found.titles)
        doubts += said
        if name in dataset.key and (rounded := rounded_of(shape)):
            text = (
                f"主键中有 {rounded} 个值已变成 2.0E+17 之类，会互相覆盖 keys are rounded and would replace each other"
            )
            doubts.append(Doubt(name, heading, text))
        needed = dataset.fields[name].required or name in dataset.key
        if (
            needed
            and found.is_text
            and looks_merged(found.rows, pair.place, matching.name.place if matching.name else 0)
        ):
            text = "像是合并单元格，是否向下填充？ cells look merged: fill them down?"
            doubts.append(Doubt(name, heading, text, f"fill_down: [{heading}]"))
    for name in dataset.fields:
        if (place := fine_within(matching, name)) is not None:
            fields[name] = msgspec.structs.replace(fields.get(name, Column()), fine_within=[headings[place]])
    amended = amend(dataset, headings, _spelling(matching, fields, found, doubts))
    left = _left(matching, set(pairs), amended.headings)
    open_fields = [name for name in dataset.fields if name not in pairs and name not in amended.fields]
    asked = {doubt.column for doubt in doubts if doubt.about != "party.name"}  # that column is a field's too
    free = [place for place, heading in left.items() if heading not in asked]
    unasked = [name for name in open_fields if name not in matching.fields]
    doubts += guesses(dataset, _labelled(matching.sample), free, unasked, found.titles)
    return Draft(
        dataset, scores, found.titles, amended.spelling,
        {name: (headings[pair.place], pair) for name, pair in pairs.items()},
        [doubt for doubt in doubts if doubt.about in pairs or doubt.about not in amended.fields],
        {heading: look.words if (look := look_of(shapes[place])) else "" for place, heading in left.items()},
        open_fields,
    )  # fmt: skip


def _labelled(sample: Sample) -> Sample:
    """Return the sample with every column called as a mapping calls it, by its place where it has no heading."""
    return Sample([heading or place_name(place) for place, heading in enumerate(sample.headings)], sample.shapes)


def _left(matching: Matching, sure: set[str], known: frozenset[str]) -> dict[int, str]:
    """Return the columns nothing is surely read from, by place; one without a heading where it holds something."""
    pairs = {pair.place for name, pair in matching.fields.items() if name in sure}
    unsure = {pair.place for name, pair in matching.fields.items() if name not in sure}
    used = matching.used - unsure | pairs
    columns = enumerate(zip(matching.sample.headings, matching.sample.shapes, strict=True))
    left = {place: heading or place_name(place) for place, (heading, shape) in columns if heading or shape.total}
    return {
        place: heading
        for place, heading in left.items()
        if place not in used and not is_counter(heading) and heading not in known
    }


def _doubtful(matching: Matching, titles: Sequence[str]) -> list[Doubt]:
    """Return what is not sure of the pairs; the line to write holds the unit and all else their columns need."""
    doubts, sample = [], matching.sample
    for name, pair in matching.fields.items():
        if pair.score >= SURELY:
            continue
        heading, of = sample.headings[pair.place], matching.dataset.fields[name]
        column, said = column_of(name, of, heading, sample.shapes[pair.place], titles)
        doubts += [Doubt(name, heading, f"{pair.score:.0%} {pair.why}", line_of(name, column)), *said]
    return doubts


def _spelling(matching: Matching, fields: dict[str, Column], found: Found, doubts: list[Doubt]) -> Spelling:
    headings, shapes = matching.sample.headings, matching.sample.shapes
    codes = [headings[pair.place] for pair in matching.codes if pair.score >= SURELY]
    for pair in matching.codes:
        if pair.score < SURELY:
            seen = headings[pair.place]
            text = "像是企业代码，是当事人的吗？ cells are codes: the party's own?"
            doubts.append(Doubt("party.codes", seen, text, f"codes: [{seen}]"))
    name = matching.name
    if name is None or name.score < SURELY:
        seen = headings[name.place] if name else likeliest_name(_labelled(matching.sample), matching.used)
        doubts.append(
            Doubt("party.name", seen, "不确定哪一列是主体名称 which column names the party?", f"name: [{seen}]")
        )
    nulls = [word for pair in matching.codes for word in placeholders_of(shapes[pair.place])]
    for pair in matching.codes:
        if rounded := rounded_of(shapes[pair.place]):
            text = f"{rounded} 个代码已变成 9.1E+17 之类，请以文本格式导出 codes are rounded: export them as text"
            doubts.append(Doubt("party.codes", headings[pair.place], text))
    shipped = matching.dataset.party
    others = {heading_key(heading) for heading in headings}
    party = Party(
        name=[headings[name.place]] if name and name.score >= SURELY else [],
        codes=_with_shipped(codes, shipped.codes, others),
        kind=_with_shipped([headings[pair.place] for pair in matching.kinds], shipped.kind, others), nulls=nulls,
    )  # fmt: skip
    producer = Producer(
        name=[headings[matching.producer.place]] if matching.producer else [],
        codes=_with_shipped(
            [headings[pair.place] for pair in matching.authorities if pair.score >= SURELY],
            matching.dataset.producer.codes, others,
        ),
    )  # fmt: skip
    return Spelling("draft", 1, party, producer, fields, footers=footers_of(found.last))


def _with_shipped(found: list[str], shipped: Sequence[str], others: set[str]) -> list[str]:
    """Return the columns found, then those the dataset knows that this file does not have: another of its files may."""
    return [*found, *(word for word in shipped if heading_key(word) not in others)]
