"""Some fields of many sealed records, read out of their texts: what is not asked for is passed over, not made."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec


class SealedFields:
    """Reads fields of these names."""

    def __init__(self, names: Sequence[str]) -> None:
        """Take the names."""
        places = {f"at_{number}": name for number, name in enumerate(names)}
        fields = msgspec.defstruct("Fields", [(at, Any, None) for at in places], rename=places, gc=False)
        sealed = msgspec.defstruct("Sealed", [("fields", fields)], gc=False)
        self._decode = msgspec.json.Decoder(sealed).decode
        self._getters = [(name, attrgetter(f"fields.{at}")) for at, name in places.items()]

    def read(self, texts: Sequence[bytes]) -> dict[str, list[Any]]:
        """Return each field's value in each record, None where it has none."""
        records = list(map(self._decode, texts))
        return {name: list(map(get, records)) for name, get in self._getters}
