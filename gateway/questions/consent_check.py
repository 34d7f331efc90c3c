"""Whether the consents in a file are those that were signed, recorded, and asked on. Pure.

A receipt is vouched for by the gateway's key, or where that key was replaced since, by the log: its entry holds it.
An approval is checked with the signatory's key in the file, which is the one registered with the gateway; one that a
person gave at the console or on paper, with the gateway's.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.entry_proof import ProvedEntry
from consent.manner import MEMBERS, find_type, manner_of, verify_decision
from consent.reading import read_terms
from consent.statements import RECEIPT_TYPE, verify_approval
from gateway.questions.errors import QuestionsProofError
from gateway.questions.file import CONSENT_MEMBERS, VERSION_MEMBERS
from gateway.questions.question_check import basis_told
from gateway.quota.products import PRODUCTS
from signing.canonical import sha256_hex
from signing.jws import key_id_of, payload_of, verify_jws

DECISIONS = {"requested": "approve", "active": "approve", "rejected": "reject"}  # one of several leaves it requested


def check_consents(
    statement: Mapping[str, Any],
    consents: list[dict[str, Any]],
    entries: Mapping[str, ProvedEntry],
    key: Mapping[str, Any],
) -> int:
    """Check every consent; return how many receipts the log alone vouches for. Raises QuestionsProofError."""
    found = {json.loads(one["terms"])["consent_id"]: one for one in consents}
    if list(found) != statement["consents"]:
        raise QuestionsProofError("缺少授权，或有别的授权 a consent is missing, or another is there")
    vouched = sum(_check_consent(one, statement, entries, key) for one in consents)
    for question in statement["questions"]:
        if question["outcome"] == "answered" and question["kind"] == "inquiry":
            _check_basis(question, found)
    return vouched


def _check_consent(
    consent: dict[str, Any], statement: Mapping[str, Any], entries: Mapping[str, ProvedEntry], key: Mapping[str, Any]
) -> int:
    terms, digest, vouched = json.loads(consent["terms"]), sha256_hex(consent["terms"].encode()), 0
    _require(set(consent) == CONSENT_MEMBERS and bool(consent["versions"]), "授权成员不对 has other members")
    read = read_terms(consent["terms"].encode())
    _require(read.uscc in statement["about"]["codes"], "授权是另一企业的 is another enterprise's")
    approvers: set[str] = set()
    for number, version in enumerate(consent["versions"], start=1):
        _require(set(version) == VERSION_MEMBERS, "授权版本成员不对 has a version of other members")
        known = key_id_of(version["receipt"]) == key["kid"]
        claims = verify_jws(version["receipt"], [key], RECEIPT_TYPE) if known else payload_of(version["receipt"])
        named = {"consent_id": terms["consent_id"], "version": number, "status": version["status"],
                 "terms_sha256": digest}  # fmt: skip
        _require(named.items() <= claims.items(), "授权与回执不符 is not what its receipt says")
        entry = entries.get(version["entry"])
        if entry is not None:
            _check_entry(version, named, claims, entry)
        _require(known or bool(entry and entry.payload), "回执无从核对 has a receipt that nothing vouches for")
        vouched += not known
        if version["approval"] is not None and find_type(version["approval"]):
            _check_by_gateway(version, terms["consent_id"], digest, key if known else None)
        else:
            _check_approval(version, UUID(terms["consent_id"]), digest)
        manner = {name: claims[name] for name in MEMBERS if name in claims}
        _require(manner == manner_of(version["approval"]), "回执所说的方式不对 was not decided as its receipt says")
        two = manner.get("channel") != "paper" or manner["entered_by"] != manner["checked_by"]
        _require(two, "纸质件不是两人录入和复核的 was on paper, and one officer entered and checked it")
        if version["approval"] is not None and version["status"] != "rejected":
            approvers.add(json.dumps(version["key"] or manner["by"], sort_keys=True))
        enough = version["status"] != "active" or len(approvers) >= read.required_approvals
        _require(enough, "批准的人数不足 was approved by fewer than it takes")
    return vouched


def _check_entry(version: dict[str, Any], named: dict[str, Any], claims: Mapping[str, Any], entry: ProvedEntry) -> None:
    leaf, payload = entry.leaf, entry.payload
    recorded = (leaf["type"].partition(".")[0], leaf["exch"], leaf["outcome"])
    _require(recorded == ("consent", named["consent_id"], version["status"]), "条目是另一授权的 has another's entry")
    at = datetime.fromisoformat(leaf["ts"])
    _require(datetime.fromisoformat(str(claims["at"])) == at, "时间与条目不符 has another time than its entry")
    if payload is not None:
        approval = sha256_hex(version["approval"].encode()) if version["approval"] else None
        _require(
            (payload["terms"], payload["version"], payload["receipt"], payload["approval"])
            == (named["terms_sha256"], named["version"], version["receipt"], approval),
            "授权与条目不符 is not what its entry records",
        )


def _check_approval(version: dict[str, Any], consent_id: UUID, digest: str) -> None:
    approval, key = version["approval"], version["key"]
    _require((approval is None) == (key is None), "签署与公钥须同在 has an approval without its key")
    if approval is not None:
        verify_approval(approval, [key], consent_id, digest, DECISIONS[version["status"]])


def _check_by_gateway(version: dict[str, Any], consent_id: str, digest: str, key: Mapping[str, Any] | None) -> None:
    """Check what a person decided at the console or on paper, signed with the key that signed the receipt; replaced
    since, the log vouches.
    """
    _require(version["key"] is None, "在页面或纸上答复的没有签署人公钥 was decided where nobody has a key")
    if key is not None:
        decision = DECISIONS[version["status"]]
        verify_decision(version["approval"], [key], UUID(consent_id), digest, decision)


def _check_basis(question: dict[str, Any], found: Mapping[str, dict[str, Any]]) -> None:
    """Check what an answer rests on: a consent that is there and covers it, published records, or a duty by name. That
    its entry says the same is checked with the entry.
    """
    kind, duty = basis_told(question)
    if kind == "consent":
        _check_covers(question, found)
    elif kind == "public":
        public = all(one in PRODUCTS and PRODUCTS[one].public for one in question["products"])
        _require(public and question["consent"] is None, "不是公示信息 is not of published records")
    else:
        _require(kind == "duty" and bool(duty) and question["consent"] is None, "没有职责依据 names no duty")


def _check_covers(question: dict[str, Any], found: Mapping[str, dict[str, Any]]) -> None:
    named = question["consent"]
    consent = found.get(named["id"])
    _require(consent is not None, f"缺少授权 is missing: {named['id']}")
    assert consent is not None  # noqa: S101 - required above
    terms, versions = json.loads(consent["terms"]), consent["versions"]
    _require(0 < named["version"] <= len(versions), "没有此版本 has no such version")
    grantee = terms["grantee"]
    covers = (
        versions[named["version"] - 1]["status"] == "active"
        and grantee["institution"] == question["institution"]
        and (not grantee["accounts"] or question["account"] in grantee["accounts"])
        and terms["purpose"]["code"] == question["purpose"]
        and set(question["products"]) <= set(terms["products"])
    )
    _require(covers, f"授权不覆盖此查询 does not cover the question {question['id']}")


def _require(holds: bool, reason: str) -> None:  # noqa: FBT001 - what must hold, and what is said where it does not
    if not holds:
        raise QuestionsProofError(f"授权不成立 a consent does not hold: {reason}")
