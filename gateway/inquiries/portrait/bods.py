"""A portrait's network as statements of the Beneficial Ownership Data Standard, version 0.4: made of the signed answer
and the names beside it, so that whoever has them makes the same. Pure.

A statement for each party and for each relation that is ownership or control; guarantees are neither, and stay out.
Persons are `anonymousPerson`: they are known to a register, and told by a number; who consented to it is named.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.inquiries.portrait.banding import range_of
from gateway.inquiries.portrait.naming import with_names
from gateway.inquiries.portrait.parties import PERSON, SOLE_TRADER, is_numbered
from gateway.inquiries.portrait.parts import network_of
from scoring_adapter.network.shares import PPM
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import payload_of

VERSION = "0.4"
SCHEME = "统一社会信用代码 Unified Social Credit Identifier (GB 32100)"
CHINA = {"name": "China", "code": "CN"}
# What a position is an interest of: its holder decides, sits on the board, or leads it.
_POSITIONS: Mapping[str, str] = {
    "chairman": "boardChair", "director": "boardMember", "executive_director": "boardMember",
    "supervisor": "otherInfluenceOrControl", "supervisory_chair": "otherInfluenceOrControl",
    "other": "otherInfluenceOrControl",
}  # fmt: skip
_KINDS: Mapping[str, str] = {"holds": "shareholding", "controls": "otherInfluenceOrControl"}


def bods_statements(answer: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the statements of a signed answer, each after those that it names; `names` of persons by their numbers.
    Raises DeniedError for an answer that tells no network.
    """
    statement = with_names(payload_of(answer), names)
    network = network_of(statement)
    return [_stated(statement, *each) for each in (*_parties(network), *_relations(network))]


def _parties(network: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for one in network["parties"]:
        if one["kind"] == PERSON and one["name"]:
            yield one["id"], "person", {
                "isComponent": False, "personType": "knownPerson",
                "names": [{"type": "legal", "fullName": one["name"]}],
            }  # fmt: skip
        elif one["kind"] == PERSON:
            yield one["id"], "person", {
                "isComponent": False, "personType": "anonymousPerson",
                "unspecifiedPersonDetails": {
                    "reason": "interestedPartyExemptFromDisclosure",
                    "description": "自然人只以编号提供 persons are told by a number alone",
                },
            }  # fmt: skip
        elif is_numbered(one["id"]):
            is_person = one["kind"] == SOLE_TRADER
            yield one["id"], "entity", {
                "isComponent": False, "entityType": {"type": "anonymousEntity" if is_person else "unknownEntity"},
                "unspecifiedEntityDetails": {
                    "reason": "interestedPartyExemptFromDisclosure" if is_person else "informationUnknownToPublisher"
                },
            }  # fmt: skip
        else:
            yield one["id"], "entity", {
                "isComponent": False, "entityType": {"type": "registeredEntity"}, "jurisdiction": CHINA,
                "identifiers": [{"id": one["id"], "schemeName": SCHEME}],
                **({"name": one["name"]} if one["name"] else {}),
            }  # fmt: skip


def _relations(network: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for one in network["edges"]:
        if one["kind"] == "guarantees":
            continue
        interest: dict[str, Any] = {
            "type": _KINDS.get(one["kind"]) or _POSITIONS.get(one["position"] or "other", "seniorManagingOfficial"),
            "directOrIndirect": "direct", "beneficialOwnershipOrControl": False, "startDate": one["starts"],
        }  # fmt: skip
        if one["position"]:
            interest["details"] = one["position"]
        if share := _share(one["share"]):
            interest["share"] = share
        if one["ends"]:
            interest["endDate"] = one["ends"]
        key = ":".join(filter(None, (one["kind"], one["from"], one["to"], one["position"])))
        yield key, "relationship", {
            "isComponent": False, "subject": one["to"], "interestedParty": one["from"], "interests": [interest],
        }  # fmt: skip


def _share(share: int | str | None) -> dict[str, float]:
    """Return a share in percent: exact, or the range of its band."""
    if share is None:
        return {}
    if isinstance(share, int):
        exact = share * 100 / PPM
        return {"exact": exact, "minimum": exact, "maximum": exact}
    least, below = range_of(share)
    if below is None:
        return {"minimum": least * 100 / PPM, "maximum": 100.0}
    return {"minimum": least * 100 / PPM, "exclusiveMaximum": below * 100 / PPM}


def _stated(statement: Mapping[str, Any], key: str, kind: str, details: dict[str, Any]) -> dict[str, Any]:
    """Return one statement: its id follows from the answer's and from what it is about."""
    inquiry, issued = statement["inquiry"], statement["issued_at"]
    members = {"inquiry": inquiry, "record": key, "type": kind}
    for name in ("subject", "interestedParty"):
        if name in details:
            details = {**details, name: _record(statement, details[name])}
    return {
        "statementId": sha256_hex(canonical_bytes(members)), "statementDate": statement["basis"]["as_of"],
        "declaration": inquiry, "declarationSubject": _record(statement, statement["subject"]),
        "recordId": _record(statement, key), "recordType": kind, "recordStatus": "new", "recordDetails": details,
        "publicationDetails": {
            "publicationDate": issued[:10], "bodsVersion": VERSION, "publisher": {"url": statement["iss"]},
        },
        "source": {"type": ["officialRegister"], "description": f"{statement['iss']} {inquiry}"},
    }  # fmt: skip


def _record(statement: Mapping[str, Any], key: str) -> str:
    """Return a record's id: numbers, and so relations, mean something within one answer alone."""
    return f"{statement['inquiry']}:{key}"
