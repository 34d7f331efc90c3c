"""What somebody says before a file is handed in: of columns whose loss matters, of required ones that lack. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.drafting.taken import ROLES
from connectors.drafting.unread import AMOUNT
from connectors.model.datasets import Dataset


@dataclass(frozen=True)
class Question:
    """Is a column, of which so many values would be lost, what it seems to be?

    `use` is the field or role it seems to be, with its title, "" where only a person can tell; `uses` are those it may
    be, `columns` those that a required field (`required`) may stand in, where none looks like it.
    """

    column: str
    values: int = 0
    likeness: int = 0
    use: str = ""
    required: bool = False
    uses: Sequence[str] = field(default_factory=list)
    columns: Sequence[str] = field(default_factory=list)


def questions_of(dataset: Dataset, ignored: Sequence[str], told: Mapping[str, Any]) -> list[Question]:
    """Return the questions, those that keep the whole file out first."""
    columns = told.get("columns", [])
    left = [column for column in columns if column["state"] == "unread"]
    missing = [column["uses"][0]["name"] for column in columns if column["state"] == "missing"]
    free = [column["uses"][0]["name"] for column in columns if column["state"] in {"missing", "absent"}]
    required = list(_required(dataset, left, missing))
    asked = {question.column for question in required}
    others = [one for one in left if one["warning"] and one["column"] not in {*asked, *ignored}]
    return [*required, *_at_a_loss(dataset, others, free)]


def _required(dataset: Dataset, left: Sequence[Mapping[str, Any]], missing: Sequence[str]) -> Iterator[Question]:
    amounts = [one for one in left if one["seems"] == AMOUNT]
    for use in missing:
        near = [one for one in left if one["seems"] == use]
        if not near and len(amounts) == 1 and _is_money(dataset, use):
            near = amounts  # the one amount that nothing is read from
        if likely := max(near, key=lambda one: int(one["likeness"]), default=None):
            yield Question(likely["column"], likely["values"], likely["likeness"], use, required=True)
        else:
            yield Question("", use=use, required=True, columns=[one["column"] for one in left])


def _at_a_loss(dataset: Dataset, left: Sequence[Mapping[str, Any]], free: Sequence[str]) -> Iterator[Question]:
    money = [name for name in free if _is_money(dataset, name)]
    for one in left:
        seems = one["seems"] if one["seems"] in {*ROLES, *free} else ""
        use = seems or (money[0] if len(money) == 1 else "")
        yield Question(one["column"], one["values"], one["likeness"], use, uses=[] if use else money)


def _is_money(dataset: Dataset, use: str) -> bool:
    return use not in ROLES and dataset.fields[use].type == "money"
