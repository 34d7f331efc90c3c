"""One row of the error table, and a section of rows as the page of errors shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ErrorRow:
    """An HTTP status (RFC 9110), what it means and what to do about it, in Chinese and in English, and an example.

    The titles are full sentences: they are the `detail` of a denial that brings none of its own. `slug` names the
    problem to callers where it is not the reason itself; `members` are examples of what the document says besides,
    `always` what it says whenever this is the reason.
    """

    status: int
    title_zh: str
    title_en: str
    remedy_zh: str
    remedy_en: str
    example: str
    slug: str | None = None
    members: Mapping[str, object] = field(default_factory=dict)
    always: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The sentence in both languages."""
        return f"{self.title_zh}{self.title_en}"

    @property
    def remedy(self) -> str:
        """What to do, in both languages."""
        return f"{self.remedy_zh}{self.remedy_en}"


@dataclass(frozen=True)
class Section:
    """Rows that belong together, by reason, under a heading."""

    heading: str
    rows: dict[str, ErrorRow]
