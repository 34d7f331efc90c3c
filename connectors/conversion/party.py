"""Who a row is about: an enterprise by code, an enterprise by name alone, or a natural person, who is dropped. Pure.

1. A party declared a natural person is one, and so is a name that is starred out, unless a sole trader's code (92…)
   stands beside: what is beside it otherwise is the code of his employer.
2. The first sound enterprise code decides, unless it is the authority's own.
3. A citizen number or a masked code beside a person's name is a person; beside an enterprise's name it is the owner's,
   and the enterprise is known by name alone.
   A number without a check digit (an old licence) likewise leaves the name.
4. A code that is nothing at all refuses the row: columns have shifted, or a spreadsheet has rounded it.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from connectors.conversion.binding import Binding
from connectors.conversion.cells import NULLS, Reason, shown
from connectors.conversion.identifiers import Identifier, Kind, read_identifier

PERSON: Final = "natural_person"
KEYED = frozenset({Kind.USCC, Kind.ORGANISATION, Kind.REGISTRATION, Kind.TAX})
_PERSONAL_NAME = re.compile(r"[\u3400-\u9fff·]{2,4}")
_STARRED_NAME = re.compile(r"[\u3400-\u9fff]\*{1,2}[\u3400-\u9fff]?")
_BODY = re.compile(
    r".*(?:大学|学院|医院|银行|公司|饭店|酒店|宾馆|商店|超市|小学|中学)"
)  # short names that are no person's
_SOLE_TRADER = "92"
PERSONAL_PARTY = frozenset({"自然人", "个人", "自然人类"})
_NO_CODE = Identifier(Kind.EMPTY, "")
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

    def identify(self, cells: Sequence[str], name: str) -> Party:
        """Return the identifier (empty where only the name is known), why there is none, or PERSON."""
        if any(cells[place].strip() in PERSONAL_PARTY for place in self._kinds):
            return PERSON
        read = [(place, self._read(cells[place], tax)) for place, tax in self._codes]
        keyed = next(((place, identifier) for place, identifier in read if identifier.kind in KEYED), None)
        if _STARRED_NAME.fullmatch(name) and not (keyed and keyed[1].value.startswith(_SOLE_TRADER)):
            return PERSON
        if keyed:
            return self._checked(cells, *keyed)
        private = any(identifier.kind in {Kind.CITIZEN, Kind.MASKED} for _, identifier in read)
        if _PERSONAL_NAME.fullmatch(name) and not _BODY.fullmatch(name) and (private or self._may_be_person):
            return PERSON
        unreadable = next((place for place, identifier in read if identifier.kind is Kind.UNKNOWN), None)
        if unreadable is not None and not private:
            text = "不是有效的企业代码 not a valid code of an enterprise"
            return Reason("identifier_unreadable", self._label(unreadable), shown(cells[unreadable]), text)
        if name in self.absent:
            text = "既无名称也无代码 neither a name nor a code"
            return Reason("party_missing", self._label(self._names[0]), "", text)
        return Identifier(Kind.MASKED if private else Kind.EMPTY, "")

    def others(self, cells: Sequence[str], decided: Identifier) -> tuple[Identifier, ...]:
        """Return the further sound codes a row gives its party: what an old code is resolved by later."""
        found = dict.fromkeys(self._read(cells[place], tax) for place, tax in self._codes)
        return tuple(code for code in found if code.kind in KEYED and code != decided)

    def _read(self, cell: str, tax: bool) -> Identifier:  # noqa: FBT001 - what the heading says
        return _NO_CODE if cell.strip() in self.absent else read_identifier(cell, tax=tax)

    def _checked(self, cells: Sequence[str], place: int, identifier: Identifier) -> Identifier | Reason:
        if identifier.value in {cells[authority].strip().upper() for authority in self._authorities}:
            text = "这是处罚、检查或表彰机关自己的代码，不是当事人的 the code of the authority itself, not of the party"
            return Reason("authority_code", self._label(place), shown(cells[place]), text)
        return identifier
