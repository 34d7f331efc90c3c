"""The keys of refused rows: what is wrong with a row seldom is what tells which record it is about."""

from collections.abc import Sequence

from connectors.conversion.binding import Binding
from connectors.conversion.cells import CellError, Reason
from connectors.conversion.free_text import without_contacts
from connectors.conversion.identifiers import Identifier, Kind
from connectors.conversion.keys import PARTY, Keys, business_keys
from connectors.conversion.party import PartyReader
from connectors.conversion.rows import cell_of, reader_of
from connectors.conversion.sole_traders import is_sole_trader
from connectors.personal.protect import personal_fields
from connectors.personal.sealing import Protector

_NO_RECORD = frozenset({"row_blank", "example_row"})  # refused, but about nobody


class RefusedKeys:
    """Reads the keys of one submission's refused rows."""

    def __init__(self, binding: Binding, protector: Protector) -> None:
        """Take the columns, and what names in keys are hashed by."""
        self._binding, self._dataset, self._protector = binding, binding.dataset, protector
        self._party = PartyReader(binding)
        fields = [bound for bound in binding.fields if bound.name in self._dataset.key and bound.is_read]
        self._fields = {bound.name: (bound, reader_of(bound)) for bound in fields}
        places = {place for bound in fields for place in bound.looked_at}
        if PARTY in self._dataset.key:
            places |= {*binding.names, *binding.codes, *binding.kinds}
        self._keyed = {name for place in places for name in (binding.label(place), binding.header[place])}

    def is_record(self, reasons: Sequence[Reason]) -> bool:
        """Tell whether a refused row is about a record at all."""
        return not any(reason.code in _NO_RECORD for reason in reasons)

    def read(self, cells: Sequence[str], reasons: Sequence[Reason]) -> Keys | None:
        """Return the keys of a refused row, None where something they are made of cannot be trusted."""
        width = len(self._binding.header)
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != width or any(reason.column in self._keyed for reason in reasons):
            return None
        name = without_contacts(cells[self._binding.names[0]].strip()) if self._binding.names else ""
        party = self._party.identify(cells, name)
        known = party if isinstance(party, Identifier) else Identifier(Kind.EMPTY, "")
        name = "" if name in self._party.absent else name
        one = is_sole_trader(known.kind, known.value, name)
        if party is not known and (PARTY in self._dataset.key or self._is_hidden()):
            return None
        try:
            fields = {part: read(cell_of(bound, cells)[0]) for part, (bound, read) in self._fields.items()}
        except CellError:
            return None
        hidden = personal_fields(self._dataset, one=one) | ({PARTY} if one and not known.value else set())
        return business_keys(self._dataset, known.value, name, fields, hidden, self._protector.name_hash)

    def _is_hidden(self) -> bool:
        """Tell whether the key is another for one person than for a company."""
        return bool(personal_fields(self._dataset, one=True) & set(self._dataset.key))
