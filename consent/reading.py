"""Terms read back from the bytes that were signed, under whichever schema that was. Pure."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from consent.parts import EvidenceItem, Limit, Notice, Obligation, PersonItem, read_detail
from consent.terms import FIRST_SCHEMA, PURPOSES, Terms

TERMS_KEPT = 16_384  # of about 1 KB each, in each process


@lru_cache(maxsize=TERMS_KEPT)
def read_terms(canonical: bytes) -> Terms:
    """Read the terms back from their canonical bytes; the same bytes are read once and remembered."""
    members = json.loads(canonical)
    return _read_first(members) if members["schema"] == FIRST_SCHEMA else _read_whole(members)


def _read_first(members: Mapping[str, Any]) -> Terms:
    grantee = members["grantee"]
    return Terms(
        UUID(members["consent_id"]), members["grantor"], grantee["institution"], tuple(grantee["accounts"]),
        tuple(members["products"]), members["purpose"]["code"], datetime.fromisoformat(members["valid_from"]),
        datetime.fromisoformat(members["valid_until"]), members["max_uses"], schema=FIRST_SCHEMA,
    )  # fmt: skip


def _read_whole(members: Mapping[str, Any]) -> Terms:
    grantor, grantee, purpose = members["grantor"], members["grantee"], members["purpose"]
    return Terms(
        consent_id=UUID(members["consent_id"]),
        uscc=grantor["subject_id"],
        institution=grantee["institution"],
        accounts=tuple(grantee["accounts"]),
        products=tuple(members["products"]),
        purpose=purpose["code"],
        valid_from=datetime.fromisoformat(members["valid_from"]),
        valid_until=datetime.fromisoformat(members["valid_until"]),
        max_uses=members["max_uses"],
        request_id=_id(members["request_id"]),
        supersedes=_id(members["supersedes"]),
        grantor_name=grantor["name"],
        grantee_class=grantee["class"],
        service_name=grantee["service_name"],
        required_approvals=members["required_approvals"],
        tier=members["tier"],
        categories=tuple(members["data_categories"]),
        sources=tuple(members["sources"]),
        details=tuple(map(read_detail, members["authorization_details"])),
        data_from=_day(members["data_from"]),
        data_to=_day(members["data_to"]),
        purpose_text=purpose["text"] if purpose["text"] != PURPOSES[purpose["code"]] else None,
        legal_basis=members["legal_basis"],
        persons=tuple(
            PersonItem(item["person"], item["role"], tuple(item["categories"])) for item in members["pi_items"]
        ),
        fetch_type=members["fetch_type"],
        limits=tuple(Limit(**limit) for limit in members["limits"]),
        access_mode=members["access_mode"],
        data_life=members["data_life"],
        onward=tuple(members["onward_sharing"]),
        obligations=tuple(Obligation(**one) for one in members["obligations"]),
        notice=Notice(**members["notice"]) if members["notice"] else None,
        evidence=tuple(EvidenceItem(**item) for item in members["evidence"]),
        template=members["template"]["id"],
        template_version=members["template"]["version"],
        withdrawal=members["withdrawal_method"],
        complaint=members["complaint_contact"],
    )


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
