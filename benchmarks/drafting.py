"""Mappings drafted for real files by a catalogue that has never seen them, beside the mappings that ship.

XINQIAO_REAL_DATA=FOLDER python benchmarks/drafting.py [--why]

Each file of tests/real/figures.yaml is left out once: the mapping that reads it is taken from its dataset, and so is
every heading of the file that the catalogue knows from nowhere else (no other dataset, no other of these files) as a
spelling, a column of the party or of the producer. The drafter then sees the file and its name. A column is right
where the draft reads from it exactly what the shipped mapping does; a file needs no edit where the dataset is guessed,
all its columns are right, and no required field is missing. In a second round a field whose own Chinese name stands
nowhere else loses that name as well: a lower bound, for datasets that were described after such a file.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from connectors.catalogue.load import agencies, datasets
from connectors.conversion.binding import Binding
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.drafting.draft import Draft, propose
from connectors.drafting.guess import UnguessableError
from connectors.model.datasets import Dataset
from connectors.model.mapping import Mapping as Spelling
from connectors.model.mapping import Party, Producer, heading_key

FIGURES = Path(__file__).parents[1] / "tests/real/figures.yaml"
Roles = dict[str, frozenset[str]]  # what is read from each column, by its key


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its dataset, what was guessed, and its columns, right and wrong."""

    file: str
    dataset: str
    guess: str
    right: int
    columns: int
    edits: tuple[str, ...]

    @property
    def guessed(self) -> bool:
        """Whether the dataset was found."""
        return self.guess == self.dataset

    @property
    def no_edit(self) -> bool:
        """Whether a person has nothing to do."""
        return self.guessed and not self.edits


def measure(folder: Path, *, own_names: bool = True) -> Iterator[Outcome]:
    """Leave each file out once and draft it; without `own_names`, its fields' own names are left out too."""
    figures = yaml.safe_load(FIGURES.read_text("utf-8"))
    layouts = {
        figure["file"]: lay_out(datasets()[figure["dataset"]], decode(folder / figure["file"])).binding
        for figure in figures
    }
    for figure in figures:
        file, dataset, binding = figure["file"], datasets()[figure["dataset"]], layouts[figure["file"]]
        others = {heading_key(word) for name, of in layouts.items() if name != file for word in of.header}
        others |= {word for name, of in datasets().items() if name != dataset.dataset for word in words_of(of)}
        learned = {heading_key(word) for word in binding.header} - others
        if own_names:
            learned -= {heading_key(of.zh) for of in dataset.fields.values()}
        known = {**datasets(), dataset.dataset: forget(dataset, binding.mapping.id, learned)}
        yield _outcome(folder / file, binding, known)


def words_of(dataset: Dataset) -> set[str]:
    """Return the keys of every heading a dataset knows."""
    return set(map(heading_key, dataset.headings()))


def forget(dataset: Dataset, mapping: str, learned: set[str]) -> Dataset:
    """Return a dataset without this mapping and without these headings; a field so called is left its code alone."""
    fields = {
        name: of if heading_key(of.zh) not in learned else msgspec.structs.replace(of, zh=name)
        for name, of in dataset.fields.items()
    }
    left = [_without(spelling, learned) for spelling in dataset.mappings if spelling.id != mapping]
    party, producer = _party(dataset.party, learned), _producer(dataset.producer, learned)
    return msgspec.structs.replace(dataset, fields=fields, mappings=left, party=party, producer=producer)


def _without(spelling: Spelling, learned: set[str]) -> Spelling:
    fields = {
        name: msgspec.structs.replace(
            column, from_=_kept(column.from_, learned), fine_within=_kept(column.fine_within, learned)
        )
        for name, column in spelling.fields.items()
    }
    party, producer = _party(spelling.party, learned), _producer(spelling.producer, learned)
    return msgspec.structs.replace(spelling, party=party, producer=producer, fields=fields)


def _party(party: Party, learned: set[str]) -> Party:
    return Party(*(_kept(words, learned) for words in (party.name, party.codes, party.kind)), nulls=party.nulls)


def _producer(producer: Producer, learned: set[str]) -> Producer:
    return Producer(_kept(producer.name, learned), _kept(producer.codes, learned))


def _kept(words: Iterable[str], learned: set[str]) -> list[str]:
    return [word for word in words if heading_key(word) not in learned]


def _outcome(path: Path, shipped: Binding, known: Mapping[str, Dataset]) -> Outcome:
    dataset = shipped.dataset.dataset
    try:
        draft = propose(known, agencies(), decode(path), path.stem)
        guess = draft.dataset.dataset
    except UnguessableError as fault:
        draft, guess = None, f"? {fault}"
    if draft is None or guess != dataset:
        draft = propose(known, agencies(), decode(path), path.stem, dataset)
    wanted, seen = _roles_of_binding(shipped), _roles_of_draft(draft, shipped.header)
    columns = dict(zip(map(heading_key, shipped.header), shipped.header, strict=True))
    read = [key for key in columns if wanted.get(key) or seen.get(key)]
    wrong = [key for key in read if wanted.get(key) != seen.get(key)]
    edits = [f"{columns[key]}: {_said(seen.get(key))} → {_said(wanted.get(key))}" for key in wrong]
    edits += [f"no column for {name}" for name in draft.lacking]
    return Outcome(path.stem, dataset, guess, len(read) - len(wrong), len(read), tuple(edits))


def _roles_of_binding(binding: Binding) -> Roles:
    roles = [(place, bound.name) for bound in binding.fields for place in (*bound.places[:1], *bound.within)]
    party, producer = (("name", binding.names), ("codes", binding.codes), ("kind", binding.kinds)), binding.producers
    roles += [(place, f"party.{role}") for role, places in party for place in places]
    roles += [(place, "producer.name") for place in producer]
    roles += [(place, "producer.codes") for place in binding.authorities]
    return _gathered((binding.header[place], role) for place, role in roles)


def _roles_of_draft(draft: Draft, header: list[str]) -> Roles:
    spelling, there = draft.spelling, {heading_key(word) for word in header}
    roles = []
    for name, column in spelling.fields.items():
        first = next((word for word in column.from_ if heading_key(word) in there), None)
        roles += [(word, name) for word in (first, *column.fine_within) if word]
    party = spelling.party
    roles += [(word, "party.name") for word in party.name]
    roles += [(word, "party.codes") for word in party.codes]
    roles += [(word, "party.kind") for word in party.kind]
    roles += [(word, "producer.name") for word in spelling.producer.name]
    roles += [(word, "producer.codes") for word in spelling.producer.codes]
    return _gathered((word, role) for word, role in roles if heading_key(word) in there)


def _gathered(roles: Iterable[tuple[str, str]]) -> Roles:
    gathered: dict[str, set[str]] = {}
    for word, role in roles:
        gathered.setdefault(heading_key(word), set()).add(role)
    return {key: frozenset(said) for key, said in gathered.items()}


def _said(roles: frozenset[str] | None) -> str:
    return "+".join(sorted(roles or ())) or "unused"


def totals(outcomes: list[Outcome]) -> str:
    """Say in one line how many files need no edit, and how many columns are right."""
    guessed, sound = sum(outcome.guessed for outcome in outcomes), sum(outcome.no_edit for outcome in outcomes)
    right, columns = sum(outcome.right for outcome in outcomes), sum(outcome.columns for outcome in outcomes)
    files = len(outcomes)
    return (
        f"{files} files: dataset right {guessed} ({guessed / files:.0%}), no edit {sound} ({sound / files:.0%}), "
        f"columns right {right} of {columns} ({right / columns:.0%})"
    )


def main() -> None:
    """Print each file, and the totals of both rounds."""
    folder = Path(os.environ["XINQIAO_REAL_DATA"])
    outcomes = list(measure(folder))
    for outcome in outcomes:
        sound = "no edit" if outcome.no_edit else f"{len(outcome.edits)} edits"
        print(f"{outcome.right:3}/{outcome.columns:<3} {sound:8} {outcome.dataset:22} {outcome.file}")
        if not outcome.guessed:
            print(f"    guessed: {outcome.guess}")
        if "--why" in sys.argv:
            print(*(f"    {edit}\n" for edit in outcome.edits), sep="", end="")
    print(totals(outcomes))
    print(f"without own names: {totals(list(measure(folder, own_names=False)))}")


if __name__ == "__main__":
    main()
