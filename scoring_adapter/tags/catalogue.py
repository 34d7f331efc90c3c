"""All sources and tags that are declared, checked, and what can be asked of them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from scoring_adapter.tags.declaration import As, Column, Part, Removed, Source, Tag, TagFile
from signing.canonical import canonical_digest

Kind = As  # what the integers of a column are


@dataclass(frozen=True, eq=False)
class TagCatalogue:
    """Sources by name, and the files of tags in their order."""

    sources: Mapping[str, Source]
    files: tuple[TagFile, ...]

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The tags, ordered by file, then place."""
        return tuple(tag for file in self.files for tag in file.tags)

    @cached_property
    def by_id(self) -> dict[str, Tag]:
        """The tags by their ids."""
        return {tag.id: tag for tag in self.tags}

    @cached_property
    def removed(self) -> tuple[Removed, ...]:
        """The tags that are not computed any more."""
        return tuple(gone for file in self.files for gone in file.removed)

    @cached_property
    def version(self) -> int:
        """The version of the catalogue: the newest `since` of a tag."""
        return max((tag.since for tag in self.tags), default=0)

    @cached_property
    def _digest(self) -> str:
        return canonical_digest(msgspec.to_builtins({"sources": self.sources, "files": self.files}))

    def digest(self) -> str:
        """Return SHA-256 over the canonical form of all declarations, in hex."""
        return self._digest

    def members(self, source: str) -> list[str]:
        """Return the datasets a source is made of."""
        return self.sources[source].union or [source]

    def columns(self, source: str) -> set[str]:
        """Return the names of the columns a source has; a union those that all of its members have."""
        of = self.sources[source]
        if of.union:
            return set.intersection(*(set(self.sources[member].columns) for member in of.union))
        return {*of.columns, *of.references, *of.others}

    def column(self, source: str, name: str) -> Column:
        """Return how a source's column is declared: a reference's as in its series, another's tag as a number."""
        of = self.sources[self.members(source)[0]]
        if name in of.references:
            reference = of.references[name]
            return self.column(reference.dataset, reference.take)
        if name in of.others:
            return Column("money", unit="元") if self.by_id[of.others[name].tag].unit == "yuan" else Column("number")
        return of.columns[name]

    def column_of(self, part: Part | None) -> Column | None:
        """Return the column whose values a part has; None where it counts, or has a time."""
        if part is None or part.take == "count" or (part.each or part.take) not in {"sum", "max", "min", "latest"}:
            return None
        return self.column(part.source, part.field)

    def sources_of(self, tag: Tag) -> list[str]:
        """Return the datasets a tag is computed from, those of references and of other enterprises' tags among them."""
        return list(dict.fromkeys(name for part in parts_of(tag) for name in self._datasets(part)))

    def _datasets(self, part: Part) -> Iterator[str]:
        yield from self.members(part.source)
        of, used = self.sources[part.source], {part.field, part.per, *part.where}
        yield from (reference.dataset for name, reference in of.references.items() if name in used)
        for name, other in of.others.items():
            if name in used:
                yield from self.sources_of(self.by_id[other.tag])


def parts_of(tag: Tag) -> list[Part]:
    """Return the one or two parts a tag declares."""
    return [tag.part, tag.over] if tag.over else [tag.part]
