"""What is signed about a consent holds for exactly what was signed: each claim, alone, makes it another statement."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from consent.errors import ApprovalError
from consent.statements import (
    APPROVAL_TYPE,
    RECEIPT_TYPE,
    approval_claims,
    is_receipt,
    receipt_claims,
    sign_receipt,
    verify_approval,
)
from signing.jws import sign_jws
from signing.keys import generate_key, public_jwk

KEY, OTHER_KEY = generate_key("Ed25519"), generate_key("Ed25519")
JWKS = [public_jwk(KEY)]
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
VERSION = {"consent_id": UUID(int=1), "version": 2, "status": "revoked", "digest": "a" * 64, "at": NOW}
OTHERWISE = {
    "consent_id": UUID(int=2), "version": 3, "status": "active", "digest": "b" * 64, "at": NOW + timedelta(seconds=1),
}  # fmt: skip
APPROVAL = {"consent_id": UUID(int=1), "digest": "a" * 64, "decision": "approve"}
ANOTHER_APPROVAL = {"consent_id": UUID(int=2), "digest": "b" * 64, "decision": "reject"}


def test_the_claims_have_the_names_that_are_published():
    assert approval_claims(**APPROVAL) == {
        "consent_id": "00000000-0000-0000-0000-000000000001", "terms_sha256": "a" * 64, "decision": "approve",
    }  # fmt: skip
    assert receipt_claims(**VERSION) == {
        "consent_id": "00000000-0000-0000-0000-000000000001", "version": 2, "status": "revoked",
        "terms_sha256": "a" * 64, "at": "2026-01-15T12:00:00+00:00",
    }  # fmt: skip


def test_a_receipt_holds_for_the_version_it_was_signed_for():
    assert is_receipt(sign_receipt(receipt_claims(**VERSION), KEY), JWKS, receipt_claims(**VERSION))


@pytest.mark.parametrize("member", VERSION)
def test_a_receipt_holds_for_no_version_that_differs_in_one_member(member):
    receipt = sign_receipt(receipt_claims(**VERSION), KEY)
    assert not is_receipt(receipt, JWKS, receipt_claims(**{**VERSION, member: OTHERWISE[member]}))


def test_a_receipt_of_another_key_or_type_or_with_more_claims_is_none():
    claims = receipt_claims(**VERSION)
    assert not is_receipt(sign_receipt(claims, OTHER_KEY), JWKS, claims)
    assert not is_receipt(sign_jws(claims, KEY, APPROVAL_TYPE), JWKS, claims)
    assert not is_receipt(sign_jws({**claims, "more": 1}, KEY, RECEIPT_TYPE), JWKS, claims)


def test_an_approval_holds_for_the_terms_and_the_decision_it_was_signed_for():
    verify_approval(sign_jws(approval_claims(**APPROVAL), KEY, APPROVAL_TYPE), JWKS, **APPROVAL)


@pytest.mark.parametrize("member", APPROVAL)
def test_an_approval_that_differs_in_one_member_is_none(member):
    signed = sign_jws(approval_claims(**APPROVAL), KEY, APPROVAL_TYPE)
    with pytest.raises(ApprovalError, match="signed over another"):
        verify_approval(signed, JWKS, **{**APPROVAL, member: ANOTHER_APPROVAL[member]})


@pytest.mark.parametrize(("key", "typ"), [(OTHER_KEY, APPROVAL_TYPE), (KEY, RECEIPT_TYPE)])
def test_an_approval_of_another_key_or_type_is_none(key, typ):
    with pytest.raises(ApprovalError, match="approval"):
        verify_approval(sign_jws(approval_claims(**APPROVAL), key, typ), JWKS, **APPROVAL)
