"""What somebody says before a file is handed in: of columns whose loss matters, of required ones that lack. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    uses: Sequence[str] = ()
    columns: Sequence[str] = ()


def questions_of(dataset: Dataset, ignored: Sequence[str], told: Mapping[str, Any]) -> list[Question]:
    """Return the questions, those that keep the whole file out first."""
    columns = told.get("columns", [])
    left = [column for column in columns if column["state"] == "unread"]
    missing = [column["uses"][0]["name"] for column in columns if column["state"] == "missing"]
    open_uses = [column["uses"][0]["name"] for column in columns if column["state"] in {"missing", "absent"}]
    return [*_required(left, missing), *_at_a_loss(dataset, left, missing, open_uses, ignored)]


def _required(left: Sequence[Mapping[str, Any]], missing: Sequence[str]) -> Iterator[Question]:
    for use in missing:
        likely = max((one for one in left if one["seems"] == use), key=lambda one: one["likeness"], default=None)
        if likely:
            yield Question(likely["column"], likely["values"], likely["likeness"], use, required=True)
        else:
            yield Question("", use=use, required=True, columns=[one["column"] for one in left])


def _at_a_loss(
    dataset: Dataset, left: Sequence[Mapping[str, Any]], missing: Sequence[str], open_uses: Sequence[str],
    ignored: Sequence[str],
) -> Iterator[Question]:  # fmt: skip
    for one in left:
        if not one["warning"] or one["column"] in ignored or one["seems"] in missing:
            continue
        use = "" if one["seems"] == AMOUNT else one["seems"]
        money = [name for name in open_uses if name not in ROLES and dataset.fields[name].type == "money"]
        known = use and (use in ROLES or use in open_uses)
        yield Question(one["column"], one["values"], one["likeness"], use if known else "", uses=() if known else money)
