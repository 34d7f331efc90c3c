"""The decision: every rule alone, every pair in its order, and nothing permitted by accident."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest

from consent.checks import check_terms
from consent.decision import Ask, Consent, decide
from consent.errors import TermsError
from consent.life import CHANGES, STATUSES, Unchanged, decide_change
from consent.reading import read_terms
from consent.terms import FIRST_SCHEMA, Terms
from gateway.web.error_table import ERRORS
from tests.enterprises import uscc

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TERMS = Terms(
    UUID(int=1), uscc(1), "bank", (), ("score",), "pre_loan", NOW - timedelta(days=1), NOW + timedelta(days=1), None
)
CONSENT = Consent(TERMS, 2, "active", intact=True)
ASK = Ask("bank", "bank-1", uscc(1), "score", "pre_loan", named=True)
# In the order of the checks: what to change so that only this rule fails, and its slug.
FAULTS = [
    (lambda c, a: (c, replace(a, institution="other")), "consent-not-found", 404),
    (lambda c, a: (replace(c, intact=False), a), "consent-integrity-failed", 403),
    (lambda c, a: (c, replace(a, uscc=uscc(2))), "consent-subject-mismatch", 403),
    (lambda c, a: (replace(c, status="paused"), a), "consent-paused", 403),
    (lambda c, a: (replace(c, terms=replace(c.terms, valid_until=NOW)), a), "consent-expired", 403),
    (lambda c, a: (c, replace(a, product="health_check")), "consent-scope-exceeded", 403),
    (lambda c, a: (c, replace(a, purpose="post_loan")), "consent-purpose-mismatch", 403),
]


def test_all_in_order_permits():
    assert decide(CONSENT, ASK, NOW) is None


@pytest.mark.parametrize(("fault", "slug", "status"), FAULTS)
def test_each_rule_alone_denies(fault, slug, status):
    denied = decide(*fault(CONSENT, ASK), NOW)
    assert (denied.reason, ERRORS[denied.reason].status) == (slug, status)


@pytest.mark.parametrize(("first", "second"), list(combinations(range(len(FAULTS)), 2)))
def test_of_two_faults_the_earlier_check_decides(first, second):
    consent, asked = FAULTS[second][0](*FAULTS[first][0](CONSENT, ASK))
    assert decide(consent, asked, NOW).reason == FAULTS[first][1]


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"active", "exhausted"}))
def test_every_status_but_active_denies(status):
    expected = "consent-pending" if status == "requested" else f"consent-{status}"
    assert decide(replace(CONSENT, status=status), ASK, NOW).reason == expected


def test_the_period_is_half_open():
    begins = replace(CONSENT, terms=replace(TERMS, valid_from=NOW))
    ends = replace(CONSENT, terms=replace(TERMS, valid_until=NOW))
    assert decide(begins, ASK, NOW) is None
    assert decide(begins, ASK, NOW - timedelta(milliseconds=1)).reason == "consent-not-yet-valid"
    assert decide(ends, ASK, NOW - timedelta(milliseconds=1)) is None
    assert decide(ends, ASK, NOW).reason == "consent-expired"


def test_none_at_all_is_required_or_not_found_by_whether_one_was_named():
    assert decide(None, ASK, NOW).reason == "consent-not-found"
    assert decide(None, replace(ASK, named=False), NOW).reason == "consent-required"


def test_a_consent_for_some_accounts_is_a_strangers_to_the_others():
    narrow = replace(CONSENT, terms=replace(TERMS, accounts=("bank-2",)))
    assert decide(narrow, ASK, NOW).reason == "consent-not-found"
    assert decide(narrow, replace(ASK, account="bank-2"), NOW) is None


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"products": ()}, "products"),
        ({"products": ("gossip",)}, "products"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"valid_until": NOW}, "valid_until"),
        ({"valid_until": NOW - timedelta(days=2)}, "valid_until"),
        ({"valid_until": NOW + timedelta(days=3650)}, "valid_until"),
        ({"max_uses": 0}, "max_uses"),
        ({"max_uses": 2**63}, "max_uses"),
    ],
)
def test_terms_no_consent_may_have_are_refused_by_member(changes, member):
    check_terms(TERMS, NOW)
    with pytest.raises(TermsError, match=member):
        check_terms(replace(TERMS, **changes), NOW)


def test_what_a_consent_does_not_cover_is_named():
    assert decide(CONSENT, replace(ASK, product="health_check"), NOW).members == {"missing": ["health_check"]}


def test_the_terms_of_the_first_schema_have_exactly_these_bytes(shanghai):
    signed = replace(TERMS, accounts=("bank-1",), max_uses=3, schema=FIRST_SCHEMA)
    assert signed.canonical().decode() == (
        '{"consent_id":"00000000-0000-0000-0000-000000000001",'
        '"grantee":{"accounts":["bank-1"],"institution":"bank"},"grantor":"' + uscc(1) + '","max_uses":3,'
        '"products":["score"],"purpose":{"code":"pre_loan","text":"贷前审查"},"schema":"xinqiao-consent/1",'
        '"valid_from":"2026-01-14T12:00:00Z","valid_until":"2026-01-16T12:00:00Z"}'
    )


def test_the_digest_is_over_the_canonical_bytes():
    assert TERMS.digest() == hashlib.sha256(TERMS.canonical()).hexdigest()


def test_terms_survive_their_canonical_form():
    assert read_terms(TERMS.canonical()) == TERMS


LIVING = ("active", "paused", "exhausted")


def test_every_change_is_made_by_the_right_party_from_the_right_status_only():
    made = {
        (action, kind, status): after
        for action in CHANGES
        for kind in ("signatory", "account", "operator", "machine", "program", "auditor")
        for status in STATUSES
        if isinstance(after := decide_change(action, kind, status), str)
    }
    assert made == {
        ("approve", "signatory", "requested"): "active",
        ("approve-on-paper", "operator", "requested"): "active",
        ("reject", "signatory", "requested"): "rejected",
        ("pause", "signatory", "active"): "paused",
        ("resume", "signatory", "paused"): "active",
        **{("revoke", k, s): "revoked" for k in ("signatory", "account") for s in ("requested", *LIVING)},
        **{("supersede", "signatory", s): "superseded" for s in LIVING},
        **{("invalidate", k, s): "invalidated" for k in ("operator", "machine") for s in ("requested", *LIVING)},
    }
    assert decide_change("revoke", "account", "revoked") == Unchanged("already", again=True)
    assert decide_change("approve", "account", "requested") == Unchanged("not-yours-to-decide")
    assert decide_change("resume", "signatory", "revoked") == Unchanged("unchangeable-revoked")
