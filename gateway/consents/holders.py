"""The hash that names a human being, made of the number of their document, or of the mark that the registrar has for
them: neither is kept. Pure.

Citizen numbers are masked on arrival, and stand in no record: whoever is to be found in records is named by the number
or the mark that they give whole.
"""

import unicodedata

from connectors.personal.sealing import Protector
from gateway.runtime.denial import DeniedError
from signing.canonical import sha256_hex

SHORTEST_NUMBER, LONGEST_NUMBER = 6, 64


def holder_of(protector: Protector, id_number: str) -> str:
    """Return the hash that names a human being, by their number. Raises DeniedError for what is none."""
    if (holder := find_holder(protector, id_number)) is None:
        raise DeniedError(
            "invalid-request", f"id_number: {SHORTEST_NUMBER} 至 to {LONGEST_NUMBER} 位字母、数字、- letters, digits, -"
        )
    return holder


def find_holder(protector: Protector, number: str) -> str | None:
    """Return the same, None for what is no number."""
    spelled = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    plain = spelled.replace("-", "")
    if not (SHORTEST_NUMBER <= len(spelled) <= LONGEST_NUMBER and plain.isascii() and plain.isalnum()):
        return None
    return sha256_hex(protector.ref_of("holder", spelled).encode())
