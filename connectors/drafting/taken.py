"""What each column of a delivery is taken for, and what the dataset wants that no column gives. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from connectors.conversion.binding import Binding
from connectors.conversion.cells import shown
from connectors.conversion.free_text import without_contacts
from connectors.drafting.unread import LONGEST_LOOKED_AT, UnreadColumn

MOST_SAMPLES = 2
NAME, CODES, KIND = "party.name", "party.codes", "party.kind"
PRODUCER, AUTHORITY = "producer.name", "producer.codes"
ROLES = {
    NAME: ("主体名称", "the party's name"),
    CODES: ("主体代码", "the party's code"),
    KIND: ("主体类别", "the kind of party"),
    PRODUCER: ("出具机关", "the authority"),
    AUTHORITY: ("出具机关代码", "the authority's code"),
}
State = Literal["read", "unread", "empty", "missing", "absent"]


class Use(msgspec.Struct, frozen=True):
    """What is read from a column: a field's name or one of ROLES, and its title."""

    name: str
    zh: str
    en: str
    required: bool = False


class TakenColumn(msgspec.Struct, frozen=True):
    """One column with what is read from it, or one that is wanted and is not there.

    `state`: read; unread, with what it seems to be and how many values are lost; empty, in every row; missing, which is
    required, or absent, which is not: then `column` is "". `samples` are the first cells that hold something.
    """

    column: str
    state: State
    uses: list[Use] = []
    samples: list[str] = []
    values: int = 0
    seems: str = ""
    title: str = ""
    likeness: int = 0
    warning: bool = False


def take_columns(binding: Binding, unread: Sequence[UnreadColumn], rows: Sequence[Sequence[str]]) -> list[TakenColumn]:
    """Return the columns in their order, then what is missing, then what is absent; `rows` give the samples."""
    uses, left = _uses(binding), list(unread)
    columns = [_column(binding, place, uses[place], left, rows) for place in range(len(binding.header))]
    wanted = list(_wanted(binding))
    return columns + sorted(wanted, key=lambda column: column.state != "missing")


def _column(
    binding: Binding, place: int, uses: list[Use], left: list[UnreadColumn], rows: Sequence[Sequence[str]]
) -> TakenColumn:
    label = binding.label(place)[:LONGEST_LOOKED_AT]
    cells = (row[place].strip() for row in rows if place < len(row))
    samples = list(dict.fromkeys(shown(without_contacts(cell))[:LONGEST_LOOKED_AT] for cell in cells if cell))
    if uses:
        return TakenColumn(label, "read", uses, samples[:MOST_SAMPLES])
    found = next((column for column in left if column.column == label), None)
    if found is None:
        return TakenColumn(label, "empty")
    left.remove(found)  # two columns may have one heading
    return TakenColumn(
        label, "unread", [], samples[:MOST_SAMPLES], found.values, found.seems, found.title, found.likeness,
        found.warning,
    )  # fmt: skip


def _uses(binding: Binding) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = defaultdict(list)
    roles = {
        NAME: binding.names, CODES: binding.codes, KIND: binding.kinds, PRODUCER: binding.producers,
        AUTHORITY: binding.authorities,
    }  # fmt: skip
    for role, places in roles.items():
        for place in places:
            found[place].append(Use(role, *ROLES[role], required=role == NAME))
    for bound in binding.fields:
        for place in dict.fromkeys(bound.looked_at):
            found[place].append(Use(bound.name, bound.field.zh, bound.name, bound.field.required))
    return found


def _wanted(binding: Binding) -> Iterator[TakenColumn]:
    if not binding.names:
        yield TakenColumn("", "missing", [Use(NAME, *ROLES[NAME], required=True)])
    for bound in binding.fields:
        if not bound.is_read:
            state: State = "missing" if bound.field.required else "absent"
            yield TakenColumn("", state, [Use(bound.name, bound.field.zh, bound.name, bound.field.required)])
