"""What a code in an agency's column is: an enterprise's identifier, a citizen number, a masked code, or nothing. Pure.

The column's title is not believed: 3 % of citizen numbers also pass the checksum of the unified code, and columns are
shifted. A citizen number is told by its birth date and check digit before anything else is tried.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from connectors.model.folding import code_key

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECK = "10X98765432"
_PROVINCES = frozenset(  # GB/T 2260; 91 stands for the permits of foreign residents
    re.findall("..", "111213141521222331323334353637414243444546505152535461626364657181828391")
)
# Who was born later is a child. Numbers of documents hold the day they were made at the same places.
LAST_GROWN_UP = "2008"
DEPARTMENTS = frozenset("123456789ANY")  # who registers: GB 32100 amendment 1 (2016)

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORG = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_TAX = re.compile(r"[0-9]{6}[0-9A-Z]{8}[0-9X](?:[0-9]{3})?")
# A sole trader's tax number is a citizen number with a suffix for the shop: three digits, or a letter and a digit.
_OLD_CITIZEN = re.compile(r"([0-9]{15}|[0-9]{17}[0-9X](?=..))(?:0[0-9]{2}|[A-Z][0-9O])?")
_ROUNDED = re.compile(r"(?:1[1239]|5[123]|9[123])([0-9]{2})[0-9]{11}000")  # a unified code cut to 15 digits, if it is
_COPY = re.compile(r"(?:\([0-9]+-+[0-9]+\)|号)$")  # which copy of the licence, as it is printed beside the number
_UNCHECKED = re.compile(r"(?:事证第)?(?:1([0-9]{2})[0-9]{9}|([0-9]{2})[0-9]{11})")
_EMPTY = frozenset({"", "/", "\\", "-", "--", "NULL", "NONE", "N/A", "无", "暂无", "空"})


class Kind(StrEnum):
    """What a code turned out to be."""

    USCC = "uscc"  # unified social credit code, GB 32100-2015
    ORGANISATION = "organisation_code"  # GB 11714
    REGISTRATION = "registration_number"  # GS15-2006
    TAX = "tax_number"  # district and organisation code, before 2015
    CITIZEN = "citizen_number"  # GB 11643: a person, never kept
    MASKED = "masked"  # partly starred out: evidence, but no key
    UNCHECKED = "unchecked"  # an institution's certificate or a licence before 2007: no check digit, so no key
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A code in its one spelling, and what it is; `organisation` is the organisation code inside it, the join hub."""

    kind: Kind
    value: str
    organisation: str | None = None


@lru_cache(maxsize=1 << 17)  # a delivery names the same enterprises and authorities over and over
def read_identifier(text: str | None, *, tax: bool = False) -> Identifier:
    """Tell what a code is. Full-width and lower-case letters, blanks and the hyphen of old codes are put right.

    One in eleven old tax numbers also passes as a registration number: `tax` says that the column holds the former.
    """
    code = _COPY.sub("", code_key(text or ""))
    if code in _EMPTY:
        return Identifier(Kind.EMPTY, "")
    if "*" in code or "×" in code:
        return Identifier(Kind.MASKED, code)
    if is_citizen(code) and not (code[0] == "9" and is_uscc(code)):
        return Identifier(Kind.CITIZEN, "")  # the number itself is not passed on
    if enterprise := _read_enterprise(code, tax=tax):
        return enterprise
    if is_old_citizen(code):
        return Identifier(Kind.CITIZEN, "")
    return Identifier(Kind.UNCHECKED, "") if _is_unchecked(code) else Identifier(Kind.UNKNOWN, code)


def _read_enterprise(code: str, *, tax: bool) -> Identifier | None:
    if is_uscc(code):
        return Identifier(Kind.USCC, code, code[8:17])
    taxed = is_tax_number(code)
    if not (tax and taxed) and len(code) == 15 and code.isdecimal() and is_registration_number(code):
        return Identifier(Kind.REGISTRATION, code)
    if taxed:
        return Identifier(Kind.TAX, code, code[6:15])
    if is_organisation(code):
        plain = code.replace("-", "")
        return Identifier(Kind.ORGANISATION, plain, plain)
    return None


def is_uscc(code: str) -> bool:
    """Check form, registering department, check character, and the organisation code's own check digit inside."""
    if not _USCC.fullmatch(code) or not code.isascii() or code[0] not in DEPARTMENTS:
        return False
    return uscc_check(code[:17]) == code[17] and is_organisation(code[8:17])


def uscc_check(body: str) -> str:
    """Return the check character over the first 17 (GB 32100-2015 5.3)."""
    total = sum(weight * _VALUE[c] for weight, c in zip(_USCC_WEIGHTS, body, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_organisation(code: str) -> bool:
    """Check an organisation code of 8+1 characters, with or without its hyphen (GB 11714)."""
    if not code.isascii() or not _ORG.fullmatch(code):
        return False
    plain = code.replace("-", "")
    return plain != "0" * 9 and organisation_check(plain[:8]) == plain[8]


def organisation_check(body: str) -> str:
    """Return the check character over the first 8: 10 is written X, 11 is 0."""
    total = sum(weight * int(c, 36) for weight, c in zip(_ORG_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def is_tax_number(code: str) -> bool:
    """Check an old tax number: district, organisation code, and three more digits or none.

    Eighteen digits that may as well be a unified code cut to fifteen by a spreadsheet are none.
    """
    if not _TAX.fullmatch(code) or code[:2] not in _PROVINCES or not is_organisation(code[6:15]):
        return False
    rounded = _ROUNDED.fullmatch(code)
    return not (rounded and (rounded[1] in _PROVINCES or rounded[1] == "10"))


def _is_unchecked(code: str) -> bool:
    found = _UNCHECKED.fullmatch(code)
    return found is not None and (found[1] or found[2]) in {*_PROVINCES, "10"}


def is_registration_number(code: str) -> bool:
    """Check 15 digits by ISO 7064 MOD 11,10 (GS15-2006)."""
    product = 10
    for digit in code[:-1]:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (product + int(code[-1])) % 10 == 1


def is_citizen(code: str) -> bool:
    """Check a citizen number of 18: province, birth date, check character (GB 11643)."""
    if len(code) != 18 or not code.isascii() or not code[:17].isdecimal() or code[:2] not in _PROVINCES:
        return False
    total = sum(weight * int(c) for weight, c in zip(_CITIZEN_WEIGHTS, code, strict=False))
    return _CITIZEN_CHECK[total % 11] == code[17] and _is_date(code[6:14])


def is_adults(code: str) -> bool:
    """Tell whether the birth date in a citizen number of 18 is that of somebody who is alive and grown up."""
    return "1905" <= code[6:10] <= LAST_GROWN_UP


def is_old_citizen(code: str) -> bool:
    """Tell whether a code is a citizen number from before 1999 (15 digits, no check digit) or a tax number with one."""
    found = _OLD_CITIZEN.fullmatch(code)
    if not found or code[:2] not in _PROVINCES:
        return False
    if len(found[1]) == 18:
        return is_citizen(found[1])
    return code[0] != "9" and _is_date(f"19{code[6:12]}")  # foreign residents had none before 1999


def _is_date(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1850
    except ValueError:
        return False
