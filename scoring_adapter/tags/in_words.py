"""What a tag means, told in sentences made from its declaration: for the documentation, the console and answers. Pure.

Names of datasets, fields and codes are the agencies' catalogue's, which this package does not know: `Names` gives them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from scoring_adapter.tags.declaration import Column, Condition, Part, Source, Tag, Words
from scoring_adapter.tags.phrases import PHRASES, UNITS, Language

_YES_OR_NO = frozenset({"words", "begins", "holds", "same", "flag"})
_READ = frozenset({"words", "begins", "holds", "same", "parts", "tally"})  # kinds that say something about a field
_IN_UNIT = re.compile("（(?:万|亿)?元）$")
_EVER = 1200  # months: a window that long has no beginning


class Names(Protocol):
    """What people call the datasets, fields and codes of the agencies' catalogue."""

    def dataset(self, name: str) -> Words:
        """Return the name of a dataset."""

    def field(self, dataset: str, name: str) -> Words:
        """Return the name of a field."""

    def code(self, dataset: str, field: str, code: str) -> Words:
        """Return the word for a code of a field; the code itself where it has none."""


def meaning(tag: Tag, sources: Mapping[str, Source], tags: Mapping[str, Tag], names: Names) -> Words:
    """Return what a tag means, a sentence in each language."""
    zh, en = (_Teller(language, sources, tags, names).tag(tag) for language in ("zh", "en"))
    return Words(zh, en[:1].upper() + en[1:])


def levels(tag: Tag, sources: Mapping[str, Source], names: Names) -> list[Words]:
    """Return the words for 1, 2 and so on, where a tag's value is a level."""
    of = sources[tag.part.source]
    dataset = of.union[0] if of.union else tag.part.source
    column = sources[dataset].columns.get(tag.part.field)
    if tag.unit != "level" or column is None:
        return []
    return [names.code(dataset, column.of or tag.part.field, code) for code in column.codes]


class _Teller:
    """Tells in one language."""

    def __init__(
        self, language: Language, sources: Mapping[str, Source], tags: Mapping[str, Tag], names: Names
    ) -> None:
        self._language = language
        self._sources, self._tags, self._names = sources, tags, names

    def tag(self, tag: Tag) -> str:
        told = self._yes_or_no(tag) or self._valued(tag)
        return told + self._say("end")

    def _yes_or_no(self, tag: Tag) -> str:
        """Tell of a tag that takes a column of yes and no, as a person would ask."""
        if tag.operator not in {"max", "latest"} or tag.part.per or tag.part.source not in self._sources:
            return ""
        dataset, column = self._column(tag.part.source, tag.part.field)
        if column is None or column.as_ not in _YES_OR_NO:
            return ""
        that = self._holds(dataset, tag.part.field, column, yes=True)
        if tag.operator == "latest":
            return self._say("latest_that", that=that, rows=self._rows(tag.part))
        return self._say("exists", rows=self._rows(tag.part, that))

    def _valued(self, tag: Tag) -> str:
        part, over, unit = tag.part, tag.over, UNITS[tag.unit][self._language]
        if tag.operator == "without" and over is not None:
            return self._say("without", part=self._rows(part), over=self._rows(over))
        if tag.operator in {"ratio", "quotient", "difference", "product"} and over is not None:
            same = self._rows(part) == self._rows(over) and not over.per
            return self._say(
                tag.operator, part=self._part(part), over=self._of_these(over) if same else self._part(over)
            )
        if tag.operator == "trend":
            against = "trend" if over is None else "trend_over"
            return self._say(against, part=self._part(part), over="" if over is None else self._part(over))
        if tag.operator == "age":
            return self._say("left" if tag.left else "age", part=self._part(part), unit=unit)
        if tag.operator in {"exists", "mean", "gap"}:
            field = self._field(part.source, part.field) if part.field else ""
            return self._say(tag.operator, rows=self._rows(part), field=field, unit=unit)
        return self._part(part)

    def _part(self, part: Part) -> str:
        told = self._say(self._taken(part), rows=self._rows(part), field=self._of_part(part))
        if not part.per:
            return told
        inner = self._say("per", inner=told, per=self._field(part.source, part.per))
        return self._say(f"per_{part.take}", inner=inner)

    def _of_these(self, part: Part) -> str:
        """Return what is taken of rows that were told of already."""
        return self._say(f"its_{self._taken(part)}", field=self._of_part(part))

    def _of_part(self, part: Part) -> str:
        field = part.field or ("" if part.take == "count" else self._sources[part.source].at)
        return self._field(part.source, field) if field else ""

    def _taken(self, part: Part) -> str:
        """Return how the values are taken; the greatest of days is the last."""
        column = self._column(part.source, part.field)[1] if part.take == "max" and not part.per else None
        return "last" if column is not None and column.as_ == "day" else part.each or part.take

    def _rows(self, part: Part, that: str = "") -> str:
        source = self._sources[part.source]
        asked = [self._condition(part.source, *each) for each in part.where.items()]
        window = self._window(part, source)
        clauses = [*filter(None, [window, that]), *asked]
        dataset = self._datasets(source.union or [part.source])
        if not clauses:
            rows = self._say("all_rows", dataset=dataset)
        else:
            first, *others = clauses
            conditions = "".join(self._say("also") + other for other in others)
            rows = self._say("rows", dataset=dataset, window=first, conditions=conditions)
        key = self._field(part.source, source.once) if source.once and part.take != "latest" else ""
        return rows + (self._say("once", key=key) if key else "")

    def _window(self, part: Part, source: Source) -> str:
        if part.months is None and not part.before:
            return ""
        numbers = {"months": part.months, "before": part.before}
        at = self._field(part.source, source.at)
        column = self._column(part.source, source.at)[1]
        if column is not None and column.as_ == "month":
            return self._say("window_month_later" if part.before else "window_month", at=at, **numbers)
        if part.before and (part.months is None or part.months >= _EVER):
            return self._say("window_ever", at=at, **numbers)
        return self._say("window_later" if part.before else "window_day", at=at, **numbers)

    def _condition(self, source: str, name: str, asked: Condition) -> str:
        dataset, column = self._column(source, name)
        called = self._field(source, name)
        if asked.below and asked.above == f"-{asked.below}":
            return self._say("zero", column=called)
        codes = {"in": asked.in_, "out": asked.out}
        told = [
            self._say(kind, column=called, values=self._codes(dataset, name, column, listed))
            for kind, listed in codes.items() if listed
        ]  # fmt: skip
        told += [
            self._say(kind, column=called, value=value)
            for kind, value in (("above", asked.above), ("below", asked.below)) if value
        ]  # fmt: skip
        states = ("given", "empty", "open", "past")
        said = ["running"] if asked.given and asked.open else [kind for kind in states if getattr(asked, kind)]
        told += [self._say(kind, column=called) for kind in said]
        if asked.flag is not None and column is not None:
            told.append(self._holds(dataset, name, column, yes=asked.flag))
        elif asked.flag is not None:
            told.append(self._say("yes" if asked.flag else "no", column=called))
        return self._say("also").join(told)

    def _holds(self, dataset: str, name: str, column: Column, *, yes: bool) -> str:
        """Tell that a column of yes and no says the one or the other."""
        called = self._name(dataset, name, column)
        if column.as_ == "flag":
            return self._say("yes" if yes else "no", column=called)
        kind = "words" if column.as_ == "holds" else column.as_
        if kind == "same":
            called = self._say("and").join([called, *self._others(dataset, column)])
        values = self._codes(dataset, name, column, column.words or column.codes)
        if (
            kind == "words"
            and self._names.code(dataset, column.of or name, column.words[0] if column.words else "").zh
            not in column.words
        ):
            return self._say("in" if yes else "out", column=called, values=values)
        return self._say(kind if yes else f"no_{kind}", column=called, values=values)

    def _field(self, source: str, name: str) -> str:
        """Return what a column is called."""
        dataset, column = self._column(source, name)
        if column is None:
            return self._from_elsewhere(self._sources[source], dataset, name)
        called = self._name(dataset, name, column)
        if column.due:
            month, day = (part.lstrip("0") for part in column.due.split("-"))
            return self._say("due", field=self._named(dataset, column.of or name), month=month, day=day)
        if column.minus:
            other = self._named(dataset, column.minus)
            return self._say("minus", column=self._named(dataset, column.of or name), other=other)
        if column.instead:
            return self._say("instead", column=called, other=self._named(dataset, column.instead))
        if column.as_ == "parts":
            return self._say("parts", column=called)
        if column.as_ == "tally":
            values = self._codes(dataset, name, column, column.codes)
            count = len(column.also) + 1
            return self._say("tally", column=called, values=values, count=count, others=count - 1)
        return self._say("and").join([called, *self._others(dataset, column)])

    def _from_elsewhere(self, source: Source, dataset: str, name: str) -> str:
        if name in source.references:
            taken = source.references[name]
            column = self._field(taken.dataset, taken.take)
            kind, key = "reference", ""
            own = source.columns[next(iter(taken.by))]
            if own.as_ == "key":
                kind, key = "reference_by", self._field(dataset, next(iter(taken.by)))
            return self._say(kind, dataset=self._datasets([taken.dataset]), column=column, key=key)
        other = source.others[name]
        return self._say("other", key=self._field(dataset, other.key), tag=self._called(self._tags[other.tag].name))

    def _column(self, source: str, name: str) -> tuple[str, Column | None]:
        """Return the dataset of a column, the first of a union's, and how it is declared; None for another's."""
        of = self._sources[source]
        dataset = of.union[0] if of.union else source
        return dataset, self._sources[dataset].columns.get(name)

    def _codes(self, dataset: str, name: str, column: Column | None, codes: Sequence[str]) -> str:
        field = column.of or name if column is not None else name
        are_texts = column is not None and column.as_ == "begins"  # not codes that have a name
        called = [code if are_texts else self._called(self._code(dataset, field, code)) for code in codes]
        before = self._say("and").join(called[:-1])
        return self._say("or").join(filter(None, [before, *called[-1:]]))

    def _code(self, dataset: str, field: str, code: str) -> Words:
        said = {"yes": Words("是", "yes"), "no": Words("否", "no")}.get(code)
        return said or self._names.code(dataset, field, code)

    def _others(self, dataset: str, column: Column) -> list[str]:
        return [self._named(dataset, other) for other in column.also]

    def _datasets(self, names: Sequence[str]) -> str:
        called = [self._say("quoted", name=self._called(self._names.dataset(name))) for name in names]
        if len(called) <= 3:
            return self._say("and").join(called)
        return self._say("several", first=called[0], count=len(called), others=len(called) - 1)

    def _name(self, dataset: str, name: str, column: Column) -> str:
        """Return a column's name: the field's, and in English its own where it has one; its unit is the tag's."""
        if self._language == "en" and column.as_ not in _READ:
            return name.replace("_", " ")
        return self._named(dataset, column.of or name)

    def _named(self, dataset: str, field: str) -> str:
        return _IN_UNIT.sub("", self._called(self._names.field(dataset, field)))

    def _called(self, words: Words) -> str:
        return words.zh if self._language == "zh" else words.en

    def _say(self, phrase: str, **values: object) -> str:
        return PHRASES[self._language][phrase].format(**values)
