"""Who of the persons in a portrait is named: those who consented to it themselves, beside the enterprise. Pure.

A consent's terms name persons by the hash of their number; each consents with a key of their own, for this
institution and this purpose (PIPL 23, 29). Everybody else stays a number. The signed answer holds no name: a salted
digest stands for it, and the name is given beside the answer as long as the person's consent lasts (names.py).
"""

from collections.abc import Mapping
from typing import Any

from consent.decision import Consent
from gateway.inquiries.bases.basis import Basis
from gateway.inquiries.portrait.rules import PORTRAIT
from signing.canonical import canonical_bytes, sha256_hex

IDENTITY = "identity"  # the kind of a person's data that a name is
NAMED, NO_OWN_CONSENT, NOT_RECORDED = "named", "no-own-consent", "not-recorded"
WHY: Mapping[str, Mapping[str, str]] = {
    NAMED: {"zh": "本人已单独同意具名", "en": "named on the person's own consent"},
    NO_OWN_CONSENT: {
        "zh": "没有有效的本人单独同意（未给或已撤回），不具名",
        "en": "not named: no consent of the person's own is in force (not given, or taken back)",
    },
    NOT_RECORDED: {
        "zh": "授权所及的记录中，没有哪一条写有此人完整的证件号码或人员标识，不具名",
        "en": "not named: no record within the consent gives this person's number whole",
    },
}
Persons = tuple[tuple[str, bool], ...]


def persons_of(product: str, basis: Basis) -> Persons | None:
    """Return whom a basis names for a portrait, by their hashes, each with whether they consented; None for nobody."""
    if product != PORTRAIT or not isinstance(basis, Consent):
        return None
    named = [one.person for one in basis.terms.persons if not one.categories or IDENTITY in one.categories]
    return tuple((person, person in basis.persons) for person in sorted(named)) or None


def persons_told(statement: Mapping[str, Any]) -> Persons | None:
    """Return the same as an answer says it itself."""
    told = (statement.get("basis") or {}).get("persons")
    return None if told is None else tuple((one["person"], one["consented"]) for one in told)


def basis_of(persons: Persons) -> list[dict[str, Any]]:
    """Return the same as a basis has it."""
    return [{"person": person, "consented": consented} for person, consented in persons]


def told_of(persons: Persons, found: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what a network tells of each: the party that they are, where they are `found`, and why they are named or
    not.
    """
    told = []
    for person, consented in persons:
        status = NO_OWN_CONSENT if not consented else NAMED if person in found else NOT_RECORDED
        party = found.get(person) if consented else None
        told.append({"person": person, "party": party, "status": status, **WHY[status]})
    return told


def digest_of(salt: str, name: str) -> str:
    """Return what stands for a name in a signed answer: whoever has name and salt can tell that it is this one."""
    return sha256_hex(canonical_bytes([salt, name]))


def with_names(statement: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a portrait's statement to be shown, its persons named as far as their names were given beside it."""
    if not names:
        return statement
    network = statement["network"]
    parties = [{**one, "name": names.get(one["id"], one["name"])} for one in network["parties"]]
    return {**statement, "network": {**network, "parties": parties}}
