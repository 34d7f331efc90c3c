"""Who a row is about: an enterprise by code, an enterprise by name alone, or a natural person, who is dropped. Pure.

1. A party declared a natural person is one, and so is a name that is starred out, unless a sole trader's code (92…)
   stands beside: what is beside it otherwise is the code of his employer.
2. The first sound enterprise code decides, unless it is the authority's own.
3. A citizen number or a masked code beside a person's name is a person; beside an enterprise's name it is the owner's,
   and the enterprise is known by name alone.
   A number without a check digit (an old licence) likewise leaves the name.
4. A person's name alone (persons.py) is a person where the dataset mixes persons in; elsewhere it refuses the row, for
   somebody to say which it is. A party declared to be no person is none.
5. A code that is nothing at all refuses the row: columns have shifted, or a spreadsheet has rounded it.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

from connectors.conversion.binding import Binding
from connectors.conversion.cells import (
    ERROR,
    HIDDEN,
    NULLS,
    SPOILT,
    Reason,
    is_error,
    is_spoilt,
    shown,
    without_citizens,
)
from connectors.conversion.code_faults import fault_of_cell
from connectors.conversion.identifiers import Identifier, Kind, read_identifier
from connectors.conversion.persons import is_persons_name, is_short_name
from connectors.model.folding import code_key, name_key, visible

PERSON: Final = "natural_person"
KEYED = frozenset({Kind.USCC, Kind.ORGANISATION, Kind.REGISTRATION, Kind.TAX})
_STARRED_NAME = re.compile(r"[\u3400-\u9fff]\*{1,2}[\u3400-\u9fff]?")
_SOLE_TRADER = "92"
PERSONAL_PARTY = frozenset({"自然人", "个人", "自然人类"})
_NO_CODE = Identifier(Kind.EMPTY, "")
_WHO = (
    "像自然人的姓名，又没有代码：是企业的，请填代码或类别；是自然人的，请勿报送 "
    "it looks like a person's name and has no code: give an enterprise's code or kind, and leave persons out"
)
Party = Identifier | Reason | Literal["natural_person"]


class PartyReader:
    """The party columns of a mapping, bound to one delivery's header."""

    def __init__(self, binding: Binding) -> None:
        """Take the columns of a binding."""
        self._label, self._may_be_person = binding.label, binding.dataset.mixes_persons
        self._names = binding.names
        self._codes = [(place, "税" in binding.header[place]) for place in binding.codes]
        self.absent = NULLS | frozenset(binding.mapping.party.nulls)
        self._kinds, self._authorities = binding.kinds, binding.authorities

    def identify(self, cells: Sequence[str], name: str) -> Party:  # noqa: C901 - the rules in their order
        """Return the identifier (empty where only the name is known), why there is none, or PERSON."""
        kinds = {name_key(cells[place]) for place in self._kinds} - NULLS
        if kinds & PERSONAL_PARTY:
            return PERSON
        read = [(place, self._read(cells[place], tax)) for place, tax in self._codes]
        keyed = next(((place, identifier) for place, identifier in read if identifier.kind in KEYED), None)
        said = unicodedata.normalize("NFKC", visible(name)).strip()
        if _STARRED_NAME.fullmatch(said) and not (keyed and keyed[1].value.startswith(_SOLE_TRADER)):
            return PERSON
        if keyed:
            return self._checked(cells, *keyed)
        private = any(identifier.kind in {Kind.CITIZEN, Kind.MASKED} for _, identifier in read)
        if (private or HIDDEN in said or self._has_slip(cells, read)) and (
            is_short_name(said) or is_persons_name(said)
        ):
            return PERSON
        alone = not private and not kinds and is_persons_name(said)
        if alone and self._may_be_person:
            return PERSON
        unreadable = next((place for place, identifier in read if identifier.kind is Kind.UNKNOWN), None)
        if unreadable is not None and not private:
            value = cells[unreadable]
            text = SPOILT if is_spoilt(value.strip()) else ERROR if is_error(value.strip()) else fault_of_cell(value)
            return Reason("identifier_unreadable", self._label(unreadable), shown(value), text)
        if alone:
            return Reason("party_personal", self._label(self._names[0]), shown(name), _WHO)
        if name in self.absent:
            text = "既无名称也无代码 neither a name nor a code"
            return Reason("party_missing", self._label(self._names[0]), "", text)
        return Identifier(Kind.MASKED if private else Kind.EMPTY, "")

    def has_code(self, cells: Sequence[str]) -> bool:
        """Tell whether a row gives its party a sound enterprise code."""
        within = [(place, tax) for place, tax in self._codes if place < len(cells)]
        return any(self._read(cells[place], tax).kind in KEYED for place, tax in within)

    def others(self, cells: Sequence[str], decided: Identifier) -> tuple[Identifier, ...]:
        """Return the further sound codes a row gives its party: what an old code is resolved by later."""
        found = dict.fromkeys(self._read(cells[place], tax) for place, tax in self._codes)
        return tuple(code for code in found if code.kind in KEYED and code != decided)

    def _has_slip(self, cells: Sequence[str], read: Sequence[tuple[int, Identifier]]) -> bool:
        """Tell whether a code is a citizen number but for its check digit."""
        unknown = (cells[place] for place, identifier in read if identifier.kind is Kind.UNKNOWN)
        return any(without_citizens(cell).strip() == HIDDEN for cell in unknown)

    def _read(self, cell: str, tax: bool) -> Identifier:  # noqa: FBT001 - what the heading says
        return _NO_CODE if cell.strip() in self.absent else read_identifier(cell, tax=tax)

    def _checked(self, cells: Sequence[str], place: int, identifier: Identifier) -> Identifier | Reason:
        if identifier.value in {code_key(cells[authority]) for authority in self._authorities}:
            text = "这是处罚、检查或表彰机关自己的代码，不是当事人的 the code of the authority itself, not of the party"
            return Reason("authority_code", self._label(place), shown(cells[place]), text)
        return identifier
