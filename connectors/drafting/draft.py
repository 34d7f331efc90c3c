"""A mapping proposed from a sample: which dataset, which column for each field, and what is done to it. Pure.

A pair that is not sure is not mapped: it is listed with its reasons, and a person decides.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise

from connectors.conversion.headings import SURELY, character_pairs, nearness, plain
from connectors.conversion.shapes import shapes_of
from connectors.conversion.transforms import (
    Doubt,
    column_of,
    footers_of,
    is_merged,
    line_of,
    placeholders_of,
    rounded_of,
)
from connectors.decoding.decode import Table
from connectors.decoding.layout import HEADER_WITHIN, combined
from connectors.drafting.matching import Matching, Pair, Sample, is_counter, match, words_of
from connectors.errors import MalformedError
from connectors.model.datasets import Agency, Dataset
from connectors.model.mapping import Column, Party, Producer, heading_key
from connectors.model.mapping import Mapping as Spelling

SAMPLE_ROWS = 500
LEAST_SCORE, LEAST_LEAD = 0.45, 0.04
_LAST_ROWS = 5
_GENERIC = ("信息", "数据", "公告", "情况", "名单", "名录", "目录", "企业", "公示", "记录", "温州", "市", "局")


class UnguessableError(MalformedError):
    """No dataset fits the sample, or several fit as well: the text names them, a person names one."""


@dataclass(frozen=True)
class Found:
    """A sample: its headings, the titles above, its first and its last rows."""

    headings: list[str]
    titles: list[str]
    rows: list[list[str]]
    last: list[list[str]]


@dataclass
class Draft:
    """A proposed mapping: what is sure, what a person must decide, and what is left over on both sides."""

    dataset: Dataset
    scores: list[tuple[str, float]]
    titles: list[str]
    spelling: Spelling
    pairs: dict[str, tuple[str, Pair]]
    doubts: list[Doubt] = field(default_factory=list)
    left_columns: list[str] = field(default_factory=list)
    left_fields: list[str] = field(default_factory=list)

    @property
    def lacking(self) -> list[str]:
        """The required fields no sure column was found for."""
        return [name for name in self.left_fields if self.dataset.fields[name].required]


def propose(datasets: Mapping[str, Dataset], agencies: Mapping[str, Agency], table: Table, hint: str) -> Draft:
    """Draft a mapping for the dataset, of these, that fits best; `hint` is what the file is called.

    Raises UnguessableError where none fits, or more than one.
    """
    found = read_sample(datasets.values(), table)
    sample = Sample(found.headings, shapes_of(found.rows, len(found.headings)))
    text = " ".join([hint, table.sheet, *found.titles])
    matchings = [match(dataset, sample) for dataset in datasets.values()]
    ranked = sorted(
        ((_rank(matching, agencies[matching.dataset.agency].zh, text), matching) for matching in matchings),
        key=lambda candidate: -candidate[0],
    )
    scores = [(matching.dataset.dataset, round(rank, 2)) for rank, matching in ranked]
    if len(datasets) > 1:
        _check_guess(scores, datasets)
    return _draft(ranked[0][1], found, scores[:4])


def read_sample(datasets: Iterable[Dataset], table: Table) -> Found:
    """Find the header among the first rows by the headings that any of these datasets knows, and read on."""
    first = [table.header, *(cells for _, cells in islice(table.rows, HEADER_WITHIN))]
    known = frozenset(
        heading_key(word)
        for dataset in datasets
        for words in (dataset.party.name, dataset.party.codes, *(words_of(dataset, name) for name in dataset.fields))
        for word in words
    )
    singles = [(list(cells), place, place) for place, cells in enumerate(first)]
    doubles = [(combined(*rows, known), place, place + 1) for place, rows in enumerate(pairwise(first))]
    header, top, bottom = max([*singles, *doubles], key=lambda candidate: _headingness(candidate[0], known))
    titles = [" ".join(cell.strip() for cell in cells if cell.strip()) for cells in first[:top]]
    rows = filter(any, chain(first[bottom + 1 :], (cells for _, cells in table.rows)))
    sample = list(islice(rows, SAMPLE_ROWS))
    last = list(deque(chain(sample, rows), maxlen=_LAST_ROWS))
    return Found([cell.strip() for cell in header], titles, sample, last)


def _headingness(cells: Sequence[str], known: frozenset[str]) -> float:
    """Return how much of a row is headings."""
    return sum(_is_heading(cell, known) for cell in cells)


def _is_heading(cell: str, known: frozenset[str]) -> float:
    if not cell.strip() or len(cell) > 40:
        return 0.0
    if is_counter(cell) or heading_key(cell) in known or plain(cell) in known:
        return 1.0
    return 0.5 if not any(c.isdecimal() for c in cell) and nearness(cell, known).score >= SURELY else 0.0


def _rank(matching: Matching, agency: str, text: str) -> float:
    """Return how well a dataset fits: its columns first, then its title, then who the sample says has issued it."""
    issuers = [
        word
        for pair in (matching.producer,)
        if pair
        for word, _ in matching.sample.shapes[pair.place].filled.most_common(3)
    ]
    titled = _said_in(matching.dataset.title.zh, text)
    return 0.75 * matching.score + 0.15 * titled + 0.1 * _said_in(agency, " ".join([text, *issuers]))


def _said_in(name: str, text: str) -> float:
    """Return how much of a name, without its common words, stands in a text."""
    for word in _GENERIC:
        name = name.replace(word, "")
    wanted = character_pairs(name) or frozenset(name)
    return sum(pair in text for pair in wanted) / len(wanted) if wanted else 0.0


def _check_guess(scores: Sequence[tuple[str, float]], datasets: Mapping[str, Dataset]) -> None:
    names = "、".join(f"{name}（{datasets[name].title.zh}，{score:.2f}）" for name, score in scores[:4])
    if scores[0][1] < LEAST_SCORE:
        raise UnguessableError(
            f"看不出是哪个数据目录，最接近的是 {names}；请用 --dataset 指定 no dataset fits: name one with --dataset"
        )
    if scores[0][1] - scores[1][1] < LEAST_LEAD:
        raise UnguessableError(
            f"无法区分 {names}；请用 --dataset 指定 several datasets fit as well: name one with --dataset"
        )


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
        if is_merged(shape) and (dataset.fields[name].required or name in dataset.key):
            text = "像是合并单元格，是否向下填充？ cells look merged: fill them down?"
            doubts.append(Doubt(name, heading, text, f"fill_down: [{heading}]"))
    unsure = {pair.place for name, pair in matching.fields.items() if name not in pairs}
    used = matching.used - unsure | {pair.place for pair in pairs.values()}
    left = [heading for place, heading in enumerate(headings) if heading and place not in used]
    return Draft(
        dataset, scores, found.titles, _spelling(matching, fields, found, doubts),
        {name: (headings[pair.place], pair) for name, pair in pairs.items()}, doubts,
        [heading for heading in left if not is_counter(heading)],
        [name for name in dataset.fields if name not in pairs],
    )  # fmt: skip


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
        seen = headings[name.place] if name else ""
        doubts.append(
            Doubt("party.name", seen, "不确定哪一列是主体名称 which column names the party?", f"name: [{seen}]")
        )
    nulls = [word for pair in matching.codes for word in placeholders_of(shapes[pair.place])]
    for pair in matching.codes:
        if rounded := rounded_of(shapes[pair.place]):
            text = f"{rounded} 个代码已变成 9.1E+17 之类，请以文本格式导出 codes are rounded: export them as text"
            doubts.append(Doubt("party.codes", headings[pair.place], text))
    party = Party(
        name=[headings[name.place]] if name and name.score >= SURELY else [], codes=codes,
        kind=[headings[pair.place] for pair in matching.kinds], nulls=nulls,
    )  # fmt: skip
    producer = Producer(
        name=[headings[matching.producer.place]] if matching.producer else [],
        codes=[headings[pair.place] for pair in matching.authorities if pair.score >= SURELY],
    )
    return Spelling("draft", 1, party, producer, fields, footers=footers_of(found.last))
