"""Names of enterprises in the spelling in which they are compared. Pure."""

import unicodedata
from functools import lru_cache

_BRACKETS = str.maketrans("（）【】〔〕", "()[]()")


@lru_cache(maxsize=1 << 14)
def name_key(name: str) -> str:
    """Return a name in the spelling names are compared in: half width, one kind of bracket, no blanks, upper case."""
    plain = unicodedata.normalize("NFKC", name).translate(_BRACKETS).upper()
    return "".join(character for character in plain if not character.isspace())
