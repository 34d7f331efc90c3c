"""A view: which tags and fields an institution's own model is given, for admission and for the limit. Pure.

A column is a tag by its id, or a field as `dataset.field`, of which the newest record tells. A view is declared for one
institution and one purpose; what changes makes a new version, and an answer holds the columns it was given by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from connectors.catalogue.load import datasets
from connectors.model.datasets import Field
from scoring_adapter.narrowed import narrowed
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.catalogue import TagCatalogue

PARTS = ("admission", "limit")  # 准入, 限入
MOST_COLUMNS = 100


@dataclass(frozen=True)
class View:
    """A version of a view: its columns for admission and for the limit, each once."""

    name: str
    version: int
    admission: tuple[str, ...]
    limit: tuple[str, ...]

    @property
    def columns(self) -> Sequence[tuple[str, str]]:
        """Each column with the part of the model that it is for."""
        return [(part, column) for part in PARTS for column in getattr(self, part)]

    @cached_property
    def tag_ids(self) -> tuple[str, ...]:
        """The tags among its columns."""
        return tuple(sorted(column for _, column in self.columns if "." not in column))

    @cached_property
    def datasets(self) -> frozenset[str]:
        """The datasets that its columns are made of."""
        tags = view_tags(self.tag_ids)
        read = {name for tag in tags.tags for name in tags.sources_of(tag)}
        return frozenset(
            (read | {column.partition(".")[0] for _, column in self.columns if "." in column}) & {*datasets()}
        )

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of data that it is made of."""
        return tuple(sorted({datasets()[name].category for name in self.datasets}))

    def fault(self) -> str | None:
        """Return what is wrong with its columns, None where nothing is."""
        columns = [column for _, column in self.columns]
        if not columns or len(columns) > MOST_COLUMNS or len(set(columns)) != len(columns):
            return f"columns: 一至 {MOST_COLUMNS} 列，各不相同 one to {MOST_COLUMNS}, no two alike"
        for column in columns:
            if "." not in column and column not in load_scorecard().tags.by_id:
                return f"{column}: 没有这个标签 there is no such tag"
            if "." in column and (field := find_field(column)) is None:
                return f"{column}: 没有这个字段 there is no such field"
            if "." in column and field is not None and field.personal:
                return f"{column}: 可能涉及个人，不提供 may be about a person, and is never told"
        return None

    def members(self) -> dict[str, Any]:
        """Return it as answers and entries name it."""
        return {
            "name": self.name, "version": self.version, "admission": list(self.admission), "limit": list(self.limit),
        }  # fmt: skip


def read_view(members: Mapping[str, Any] | None) -> View | None:
    """Return the view that an answer names, None where it names none."""
    if members is None:
        return None
    return View(members["name"], members["version"], tuple(members["admission"]), tuple(members["limit"]))


def find_field(column: str) -> Field | None:
    """Return the field that a column names, None where there is none."""
    name, _, field = column.partition(".")
    dataset = datasets().get(name)
    return dataset.fields.get(field) if dataset else None


@lru_cache(maxsize=64)
def view_tags(ids: tuple[str, ...]) -> TagCatalogue:
    """Return tags with what they are computed from: a change of any other changes no answer."""
    known = load_scorecard().tags
    return narrowed(known, [one for one in ids if one in known.by_id])
