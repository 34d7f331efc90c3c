"""The columns of a delivery that no mapping reads: how many values each holds, and what each seems to be. Pure.

Counted while the rows pass by; what a column seems to be is judged by its heading and its first cells, as a draft does.
"""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import msgspec

from connectors.conversion.binding import Binding
from connectors.conversion.cells import NULLS
from connectors.conversion.headings import SURELY, nearness, unit_of
from connectors.conversion.left_out import LeftOutReader
from connectors.conversion.normalise import UNITS
from connectors.conversion.party import PartyReader
from connectors.conversion.shapes import Shape
from connectors.decoding.layout import Layout
from connectors.drafting.matching import CANDIDATE, fit, is_counter
from connectors.drafting.vocabulary import own_words

SAMPLE_ROWS, FEWEST_TO_TELL = 200, 20
LAST_ROWS = 50  # among which the rows that close a sheet are looked for
LONGEST_LOOKED_AT = 60  # characters of a cell or of a heading: codes, amounts, days and names are shorter
SAME = 0.95  # so near a heading is another spelling of the same
CODE, KIND, AMOUNT = "party.codes", "party.kind", "amount"
_TITLES = {
    CODE: ("主体代码", "a code of the party"),
    KIND: ("主体类别", "the kind of party"),
    AMOUNT: ("金额", "an amount"),
}
_OF_MONEY = re.compile("[额款费金税价缴罚]")  # what headings of amounts are made of: 罚没款, 应缴未缴数
Row = tuple[int, list[str]]


class UnreadColumn(msgspec.Struct, frozen=True):
    """A column nothing is read from: how many of its cells hold something, and what it seems to be.

    `seems` is a field's name, or CODE, KIND, AMOUNT, "" where nothing speaks for anything; `title` says it in Chinese;
    `likeness` is in per cent. `warning`: what is lost looks like a code, an amount or a field that is required.
    """

    column: str
    values: int
    seems: str = ""
    title: str = ""
    likeness: int = 0
    warning: bool = False

    @property
    def loss(self) -> tuple[str, str]:
        """What it seems to be and what is lost, in Chinese and in English, to stand behind its name."""
        what = _TITLES.get(self.seems, ("", self.seems))[1]
        zh, en = ("，看来是“{}”（{}%）", ", which looks like {} ({}%)") if self.seems else ("", "")
        ask_zh, ask_en = ("：请在映射中写明，或改列名", ": map it, or rename it") if self.warning else ("", "")
        return (
            f"{zh.format(self.title, self.likeness)}，其中 {self.values} 个值不入库{ask_zh}",
            f"{en.format(what, self.likeness)}; {self.values} values of it are not stored{ask_en}",
        )

    def document(self) -> dict[str, object]:
        """Return it as answers show it."""
        zh, en = self.loss
        said = {"zh": f"没有读列“{self.column}”{zh}", "en": f"{self.column} was not read{en}"}
        return {**msgspec.to_builtins(self), **said}


class Leftovers:
    """The unread columns of one delivery, looked at while its rows pass by."""

    def __init__(self, binding: Binding) -> None:
        """Take the binding, which says what is read."""
        self._binding = binding
        self._values = dict.fromkeys(binding.unread, 0)
        self._cells: dict[int, list[str]] = {place: [] for place in binding.unread}
        self._last: deque[Row] = deque(maxlen=LAST_ROWS)

    @property
    def any(self) -> bool:
        """Whether there is a column that nothing is read from."""
        return bool(self._values)

    def watch(self, layout: Layout) -> Layout:
        """Return the layout; its rows are looked at as they are read. Where every column is read it costs nothing."""
        rows = layout.table.rows
        return replace(layout, table=replace(layout.table, rows=self._watched(rows))) if self._values else layout

    def columns(self) -> list[UnreadColumn]:
        """Return the unread columns that hold anything, those to warn of first; what closes the sheet is no value."""
        self._take_off_footers()
        found = [self._judged(place) for place, values in self._values.items() if values]
        return sorted(found, key=lambda column: (not column.warning, -column.values))

    def _watched(self, rows: Iterator[Row]) -> Iterator[Row]:
        values, places, last, seen = self._values, list(self._values), self._last.append, 0
        for row in rows:
            cells, seen = row[1], seen + 1
            last(row)
            width = len(cells)
            for place in places:
                if place < width and cells[place].strip() not in NULLS:
                    values[place] += 1
                    if seen <= SAMPLE_ROWS:
                        self._cells[place].append(cells[place][:LONGEST_LOOKED_AT])
            yield row

    def _take_off_footers(self) -> None:
        """Take what stands in closing rows off the counts: among the last rows, where they are."""
        if not self._binding.names:  # nothing tells a closing row where no party is named
            return
        reader = LeftOutReader(self._binding, PartyReader(self._binding))
        while self._last:
            _, cells = self._last.pop()
            if reader.kind_of(cells) is None:
                continue
            for place in self._values:
                if place < len(cells) and cells[place].strip() not in NULLS:
                    self._values[place] -= 1
                    with suppress(ValueError):  # it was not among the first
                        self._cells[place].remove(cells[place][:LONGEST_LOOKED_AT])

    def _judged(self, place: int) -> UnreadColumn:
        heading, values = self._binding.header[place], self._values[place]
        column = UnreadColumn(self._binding.label(place)[:LONGEST_LOOKED_AT], values)
        if is_counter(heading) or len(heading) > LONGEST_LOOKED_AT:
            return column
        shape = Shape(tuple(self._cells[place]))
        score, seems, title = max(_guesses(self._binding, heading, shape), default=(0.0, "", ""))
        if score < CANDIDATE:
            return column
        return msgspec.structs.replace(
            column, seems=seems, title=title, likeness=round(score * 100),
            warning=values > 0 and _is_loss(self._binding, seems, score),
        )  # fmt: skip


def _guesses(binding: Binding, heading: str, shape: Shape) -> Iterator[tuple[float, str, str]]:
    """Yield what a column may be, and how likely."""
    dataset, spellings = binding.dataset, binding.dataset.spellings()
    for name, of in dataset.fields.items():
        near = nearness(heading, own_words(dataset, name)).score
        if near >= CANDIDATE:
            yield near * fit(of, shape)[0], name, of.zh
    kinds = nearness(heading, [word for mapping in spellings for word in mapping.party.kind]).score
    yield kinds, KIND, _TITLES[KIND][0]
    near = nearness(heading, [word for mapping in spellings for word in mapping.party.codes]).score
    its = nearness(heading, [word for mapping in spellings for word in mapping.producer.codes]).score
    own = near >= CANDIDATE or shape.distinct >= 0.2 or shape.total < FEWEST_TO_TELL
    coded = own and shape.keyed + shape.hidden >= 0.6  # an authority's own code stands in every row
    if (coded or near >= SURELY) and its <= near:
        yield near if near >= SURELY else 0.85 if near >= CANDIDATE else 0.7, CODE, _TITLES[CODE][0]
    if shape.total and shape.money >= 0.6 and (unit_of(heading) in UNITS or _OF_MONEY.search(heading)):
        yield 0.7, AMOUNT, _TITLES[AMOUNT][0]


def _is_loss(binding: Binding, seems: str, score: float) -> bool:
    """Tell whether what is lost must be said aloud; a second spelling of what is read already is no loss."""
    if seems in _TITLES:
        return True
    field = binding.dataset.fields[seems]
    read = any(bound.is_read for bound in binding.fields if bound.name == seems)
    return (field.type == "money" or field.required) and not (read and score >= SAME)
