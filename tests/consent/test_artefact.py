"""The whole artefact: what was signed before still reads, what is written reads back, what no consent may say."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from consent.checks import check_terms
from consent.durations import after, read_duration
from consent.errors import TermsError
from consent.gathered import EvidenceFile, Gathered, PersonConsent, read_gathered
from consent.parts import Approval, Detail, EvidenceItem, Limit, Notice, Obligation, PersonItem, read_detail
from consent.reading import read_terms
from consent.renewal import check_renewal
from consent.statements import is_receipt, receipt_claims, sign_receipt, verify_approval
from consent.terms import FIRST_SCHEMA, Terms
from signing.keys import generate_key, public_jwk
from tests.enterprises import uscc

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TERMS = Terms(UUID(int=1), uscc(1), "bank", (), ("score",), "pre_loan", NOW, NOW + timedelta(days=90), None)
WHOLE = replace(
    TERMS, request_id=UUID(int=2), supersedes=UUID(int=3), grantor_name="某厂", grantee_class="bank",
    service_name="快贷", required_approvals=2, tier="basic", categories=("tax",), sources=("tax",),
    products=("health_check", "score"),
    details=(Detail(("score",), "basic", ("tax",)), Detail(("health_check",), "detail", (), ("court",))),
    data_from=date(2024, 1, 1), data_to=date(2026, 1, 1), purpose_text="贷前审查（小微）",
    persons=(PersonItem("a" * 64, "legal_rep", ("identity",)),), fetch_type="PERIODIC",
    limits=(Limit(5, "M"), Limit(1, "D", "consent")), data_life="P1Y", onward=("guarantee",),
    obligations=(Obligation("report_usage", "P90D"), Obligation("no_onward")), notice=Notice("n", 1, "zh", "b" * 64),
    evidence=(EvidenceItem("e_seal", "c" * 64, 9),), template="pre-loan", template_version=1, withdrawal="w",
    complaint="c",
)  # fmt: skip


def test_what_was_signed_under_the_first_schema_reads_and_verifies():
    stored = json.loads(Path(__file__).with_name("first_schema.json").read_text("utf-8"))
    terms = read_terms(stored["terms"].encode())
    assert (terms.schema, terms.max_uses, terms.access_mode, terms.granted()) == (
        FIRST_SCHEMA, 3, "STORE", (Detail(("health_check", "score")),)
    )  # fmt: skip
    assert terms.canonical().decode() == stored["terms"]
    verify_approval(stored["approval"], [stored["signatory"]], terms.consent_id, terms.digest(), "approve")
    at = datetime.fromisoformat(stored["recorded_at"])
    assert is_receipt(
        stored["receipt"], [stored["receipt_key"]], receipt_claims(terms.consent_id, 2, "active", terms.digest(), at)
    )


@pytest.mark.parametrize("terms", [TERMS, WHOLE])
def test_terms_read_back_as_they_were(terms):
    assert read_terms(terms.canonical()) == terms
    check_terms(terms, NOW)


def test_every_member_of_the_terms_is_signed():
    other = {
        "consent_id": UUID(int=9), "uscc": uscc(2), "institution": "other", "accounts": ("a",), "products": ("score",),
        "purpose": "renewal", "valid_from": NOW - timedelta(days=1), "valid_until": NOW + timedelta(days=9),
        "max_uses": 7, "request_id": None, "supersedes": None, "grantor_name": None, "grantee_class": None,
        "service_name": None, "required_approvals": 1, "tier": "detail", "categories": (), "sources": (),
        "details": (), "data_from": None, "data_to": None, "purpose_text": None, "legal_basis": "separate_consent",
        "persons": (), "fetch_type": "ONETIME", "limits": (), "access_mode": "VIEW", "data_life": "P0D", "onward": (),
        "obligations": (), "notice": None, "evidence": (), "template": None, "template_version": 2,
        "withdrawal": None, "complaint": None, "schema": FIRST_SCHEMA,
    }  # fmt: skip
    assert other.keys() == vars(WHOLE).keys()
    digests = {replace(WHOLE, **{name: value}).digest() for name, value in other.items()}
    assert len(digests) == len(other)
    assert WHOLE.digest() not in digests


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        pytest.param({"access_mode": "VIEW", "data_life": "P1D"}, "data_life", id="case-38-kept-though-viewed"),
        pytest.param({"valid_until": NOW - timedelta(days=1)}, "valid_until", id="case-38-until-before-from"),
        pytest.param({"valid_until": NOW + timedelta(days=3653)}, "valid_until", id="case-38-ten-years"),
        ({"tier": "whole"}, "tier"),
        ({"fetch_type": "ONETIME"}, "max_uses"),
        ({"fetch_type": "DAILY"}, "fetch_type"),
        ({"data_life": "1 year"}, "data_life"),
        ({"limits": (Limit(0, "D"),)}, "limits"),
        ({"limits": (Limit(1, "W"),)}, "limits"),
        ({"limits": (Limit(1, "D", "moon"),)}, "limits"),
        ({"limits": (Limit(1, "D"),) * 5}, "limits"),
        ({"details": (Detail(("health_check",)),)}, "authorization_details"),
        ({"data_from": date(2026, 1, 2), "data_to": date(2026, 1, 1)}, "data_to"),
        ({"required_approvals": 0}, "required_approvals"),
        ({"required_approvals": 6}, "required_approvals"),
        ({"persons": (PersonItem("a" * 64, "x"),) * 2}, "pi_items"),
        ({"persons": (PersonItem("a", "x"),)}, "pi_items"),
        ({"evidence": (EvidenceItem("photo", "a" * 64, 1),)}, "evidence"),
        ({"legal_basis": "habit"}, "legal_basis"),
    ],
)
def test_what_no_consent_may_say_is_refused_by_member(changes, member):
    with pytest.raises(TermsError, match=member):
        check_terms(replace(TERMS, **changes), NOW)


@pytest.mark.parametrize(
    "members",
    [
        {"type": "payment", "actions": ["score"]},
        {"actions": ["score"]},
        {"type": "credit_query", "actions": ["score"], "amount": 1},
        {"type": "credit_query", "actions": ["score"], "privileges": ["basic", "detail"]},
    ],
)
def test_an_object_of_an_unknown_type_or_with_unknown_members_is_an_error(members):
    with pytest.raises(ValueError, match=r"type|amount|privileges"):
        read_detail(members)


def test_a_renewal_changes_dates_and_words_alone():
    old = replace(TERMS, schema=FIRST_SCHEMA)
    new = replace(
        TERMS, consent_id=UUID(int=2), supersedes=UUID(int=1), valid_from=NOW + timedelta(days=1),
        valid_until=NOW + timedelta(days=400), purpose_text="新的说法", template_version=2,
    )  # fmt: skip
    check_renewal(old, new)
    for name, value in (
        ("products", ("health_check", "score")), ("purpose", "subsidy"), ("max_uses", 9), ("data_life", "P9Y"),
        ("tier", "basic"), ("accounts", ("a",)), ("supersedes", UUID(int=5)),
    ):  # fmt: skip
        with pytest.raises(TermsError, match=name):
            check_renewal(old, replace(new, **{name: value}))


def test_what_was_gathered_reads_back_and_is_signed():
    gathered = Gathered(
        (Approval("s-1", NOW, "key", "agent", "no. 7", NOW + timedelta(days=9), "h"), Approval("s-2", NOW, "console")),
        (PersonConsent("a" * 64, "x.y.z"),), (EvidenceFile("sms", "b" * 64, 3, "text/plain", "c" * 64, "bank-1", NOW),),
    )  # fmt: skip
    assert read_gathered(gathered.text()) == gathered
    assert (Gathered().text(), read_gathered(None)) == (None, Gathered())
    key = generate_key("Ed25519")
    claims = receipt_claims(UUID(int=1), 2, "active", "d" * 64, NOW, None, gathered.text())
    receipt = sign_receipt(claims, key)
    assert is_receipt(receipt, [public_jwk(key)], claims)
    fewer = receipt_claims(UUID(int=1), 2, "active", "d" * 64, NOW, None, replace(gathered, persons=()).text())
    assert not is_receipt(receipt, [public_jwk(key)], fewer)


@pytest.mark.parametrize(
    ("begin", "duration", "end"),
    [
        (datetime(2024, 1, 31, tzinfo=UTC), "P1M", datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), "P1Y", datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2024, 12, 31, tzinfo=UTC), "P2M", datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2024, 1, 1, tzinfo=UTC), "P2W", datetime(2024, 1, 15, tzinfo=UTC)),
        (datetime(2024, 1, 1, tzinfo=UTC), "P0D", datetime(2024, 1, 1, tzinfo=UTC)),
        (datetime(9999, 5, 1, tzinfo=UTC), "P99Y", datetime(9999, 12, 1, tzinfo=UTC)),
        (datetime(9999, 5, 1, tzinfo=UTC), "P99999D", datetime(9999, 12, 1, tzinfo=UTC)),
    ],
)
def test_durations_follow_the_calendar(begin, duration, end):
    assert after(begin, duration) == end


@pytest.mark.parametrize("text", ["", "P", "1D", "P01D", "P-1D", "P1H", "P1Y2M", "P1d", "P١D"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="ISO 8601"):
        read_duration(text)
