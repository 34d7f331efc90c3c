"""Why no mapping, or no single one, can be bound to a header, and what to do. Pure."""

from collections.abc import Sequence
from typing import Any

from connectors.conversion.headings import NEAR, nearness
from connectors.errors import MalformedError

_MOST_LIKELY, _LONGEST_TOLD = 3, 40  # columns told for a missing one; characters of each


class MissingColumnsError(MalformedError):
    """The header lacks columns that the nearest mapping requires; `missing` names them.

    Its text names the columns that each of them may be, of those nothing else is read from: it is made when somebody
    reads it, as many rows are tried for a header and few are told of. `of_members`: there is no sheet to change.
    `nearest` is the binding of that mapping, None where none was tried.
    """

    def __init__(self, missing: set[str], unused: Sequence[str] = (), nearest: Any = None) -> None:  # noqa: ANN401 - a Binding
        super().__init__()
        self.missing, self.of_members, self.nearest, self._unused = missing, False, nearest, unused

    def __str__(self) -> str:
        told = "、".join(f"{words}{_likely(words, self._unused)}" for words in sorted(self.missing))
        if self.of_members:
            return (
                f"缺少成员或列 missing members or columns: {told}；名称不同的，请改名，或请运营方写映射"
                "（fields: {字段: {from: [名称]}}） where they go by other names, rename them, or have the operator "
                "write a mapping (fields: {field: {from: [name]}})"
            )
        return (
            f"缺少列 missing columns: {told}；列名不同的，请在 Excel 或 WPS 中改列名后另存，或请运营方草拟映射 "
            "where columns go by other names, rename them in Excel or WPS and save it, or have the operator draft a "
            "mapping (xinqiao agency draft)"
        )


class AmbiguousMappingError(MalformedError):
    """Two mappings fit the header as well and read it differently; `found` is how much either finds."""

    def __init__(self, one: str, other: str, found: int) -> None:
        names = f"{one}、{other}"
        super().__init__(
            f"映射 {names} 都适合这些列，读法却不同：请运营方改正或删去其一，或在其一的 without 中写明另一种写法才有的"
            f"列 the mappings {names} fit these columns as well and read them differently: have the operator correct "
            "or remove one, or name in its `without` a column that only the other spelling has"
        )
        self.found = found


def _likely(words: str, headings: Sequence[str]) -> str:
    """Return the columns that a missing one may be, the likest first; `words` are its names."""
    names = words.split("/")
    near = sorted(((nearness(heading, names).score, heading) for heading in headings if heading), reverse=True)
    told = [f"“{heading[:_LONGEST_TOLD]}”（{score:.0%}）" for score, heading in near[:_MOST_LIKELY] if score >= NEAR]
    return f"（可能是 it may be {'、'.join(told)}）" if told else ""
