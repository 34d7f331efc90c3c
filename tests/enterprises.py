"""Enterprises that do not exist: codes with sound check digits, made from a number."""

from connectors.conversion.identifiers import is_citizen, organisation_check, uscc_check


def organisation(number: int) -> str:
    body = f"MA{number:06d}"
    return body + organisation_check(body)


def uscc(number: int, district: str = "330302") -> str:
    body = f"91{district}{organisation(number)}"
    return body + uscc_check(body)


def sole_trader(number: int, district: str = "330302") -> str:
    body = f"92{district}{organisation(number)}"
    return body + uscc_check(body)


def tax_number(number: int) -> str:
    return "330302" + organisation(number)


def citizen(number: int) -> str:
    body = f"330302198001{number % 28 + 1:02d}{number % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    made = body + "10X98765432"[sum(w * int(c) for w, c in zip(weights, body, strict=True)) % 11]
    assert is_citizen(made)
    return made
