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
    """Return the hash that names a human being, by their document's number. Raises DeniedError for what is none."""
    if "-" in id_number:  # no document has one, a registrar's mark may
        raise _wrong()
    return marked(protector, id_number)


def marked(protector: Protector, number: str) -> str:
    """Return the same, by a document's number or a registrar's mark. Raises DeniedError for what is neither."""
    if (holder := find_holder(protector, number)) is None:
        raise _wrong()
    return holder


def find_holder(protector: Protector, number: str) -> str | None:
    """Return the same, None for what is no number."""
    spelled = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    plain = spelled.replace("-", "")
    if not (SHORTEST_NUMBER <= len(spelled) <= LONGEST_NUMBER and plain.isascii() and plain.isalnum()):
        return None
    return sha256_hex(protector.ref_of("holder", spelled).encode())


def _wrong() -> DeniedError:
    return DeniedError(
        "invalid-request", f"id_number: {SHORTEST_NUMBER} 至 to {LONGEST_NUMBER} 位字母数字 letters and digits"
    )
