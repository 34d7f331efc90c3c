"""A portrait's network as FollowTheMoney entities, one a line: made of the signed answer and the names
beside it. Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.inquiries.portrait.naming import with_names
from gateway.inquiries.portrait.parties import ENTERPRISE, PERSON, is_numbered
from gateway.inquiries.portrait.parts import network_of
from scoring_adapter.network.shares import PPM
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import payload_of

_SCHEMAS: Mapping[str, str] = {ENTERPRISE: "Company", PERSON: "Person"}  # of others LegalEntity
_UNNAMED: Mapping[str, str] = {ENTERPRISE: "未归集的企业 Enterprise not on record", PERSON: "自然人 Person"}


def ftm_lines(answer: str, names: Mapping[str, str]) -> bytes:
    """Return the entities of a signed answer as JSON lines, parties before the links between them; `names` of persons
    by their numbers.

    Raises DeniedError for an answer that tells no network.
    """
    statement = with_names(payload_of(answer), names)
    network = network_of(statement)
    return b"".join(orjson.dumps(one) + b"\n" for one in (*_parties(statement, network), *_links(statement, network)))


def _parties(statement: Mapping[str, Any], network: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in network["parties"]:
        properties = {"name": [one["name"] or (_unnamed(one) if is_numbered(one["id"]) else one["id"])]}
        if not is_numbered(one["id"]):
            properties |= {"uscCode": [one["id"]], "jurisdiction": ["cn"]}
        yield _entity(statement, one["id"], _SCHEMAS.get(one["kind"], "LegalEntity"), properties)


def _links(statement: Mapping[str, Any], network: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kinds = {one["id"]: one["kind"] for one in network["parties"]}
    for one in network["edges"]:
        owned = kinds[one["to"]] == ENTERPRISE  # companies alone are assets and organisations there
        schema, source, target = (
            ("Ownership", "owner", "asset") if owned and one["kind"] == "holds"
            else ("Directorship", "director", "organization") if owned and one["kind"] == "leads"
            else ("UnknownLink", "subject", "object")
        )  # fmt: skip
        properties = {
            source: [_id(statement, one["from"])], target: [_id(statement, one["to"])], "startDate": [one["starts"]],
            "role": [one["position"] or one["kind"]],
        }  # fmt: skip
        if one["ends"]:
            properties["endDate"] = [one["ends"]]
        if schema == "Ownership" and one["share"] is not None:
            properties["percentage"] = [_share(one["share"])]
        key = ":".join(filter(None, (one["kind"], one["from"], one["to"], one["position"])))
        yield _entity(statement, key, schema, properties)


def _share(share: int | str) -> str:
    """Return a share in percent, or the name of its band."""
    return f"{share * 100 / PPM:g}" if isinstance(share, int) else share


def _unnamed(one: Mapping[str, Any]) -> str:
    number = one["id"].rpartition("-")[2]
    return f"{_UNNAMED.get(one['kind'], '个体工商户 Individually owned business')} {number}"


def _entity(statement: Mapping[str, Any], key: str, schema: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": _id(statement, key), "schema": schema, "properties": properties}


def _id(statement: Mapping[str, Any], key: str) -> str:
    """Return an entity's id, which means something within one answer alone."""
    return sha256_hex(canonical_bytes([statement["inquiry"], key]))[:40]
