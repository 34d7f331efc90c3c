"""What is asked for lies within what is permitted, or does not; and how much of it is left where less is enough."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from consent.decision import Ask, Consent, Rules, decide, permitted
from consent.gathered import Gathered, PersonConsent
from consent.parts import Approval, Detail, Limit
from consent.templates import shipped_templates
from consent.terms import Terms
from tests.enterprises import uscc

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TERMS = Terms(
    UUID(int=1), uscc(1), "bank", (), ("health_check", "score"), "pre_loan", NOW, NOW + timedelta(days=90), None
)
ASK = Ask("bank", "bank-1", uscc(1), "score", "pre_loan", named=True)
CROSSED = replace(
    TERMS, details=(Detail(("score",), "detail", ("tax",)), Detail(("health_check",), "basic", ("court",), ("court",)))
)
PERSON, OTHER = "a" * 64, "b" * 64


def decided(terms, **asked):
    return decide(Consent(terms, 2, "active", intact=True), replace(ASK, **asked), NOW)


@pytest.mark.parametrize(
    ("changes", "asked", "missing"),
    [
        pytest.param({"products": ("score",)}, {"product": "health_check"}, ["health_check"], id="case-13"),
        pytest.param({"tier": "basic"}, {}, ["score:detail"], id="case-14"),
        ({"categories": ("tax",)}, {}, ["*/*"]),
        ({"categories": ("tax",)}, {"categories": ("court", "tax")}, ["court/*"]),
        ({"sources": ("tax",)}, {"sources": ("tax", "court")}, ["*/court"]),
    ],
)
def test_what_is_not_permitted_is_named(changes, asked, missing):
    denied = decided(replace(TERMS, **changes), **asked)
    assert (denied.reason, denied.members) == ("consent-scope-exceeded", {"missing": missing})


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"product": "score", "categories": ("court",)}, id="case-16-another-objects-data"),
        pytest.param({"product": "health_check", "tier": "basic", "categories": ("tax",)}, id="case-16-the-other-way"),
        pytest.param(
            {"product": "health_check", "tier": "detail", "categories": ("court",), "sources": ("court",)},
            id="case-16-another-objects-tier",
        ),
    ],
)
def test_two_objects_are_never_crossed(asked):
    assert decided(CROSSED, **asked).reason == "consent-scope-exceeded"


def test_each_object_permits_its_own():
    assert decided(CROSSED, categories=("tax",)) is None
    assert decided(CROSSED, product="health_check", tier="basic", categories=("court",), sources=("court",)) is None
    both = replace(TERMS, details=(Detail(("score",), "detail", ("tax",)), Detail(("score",), "detail", ("court",))))
    assert decided(both, categories=("court", "tax")) is None


@pytest.mark.parametrize(
    ("changes", "asked", "left", "withheld"),
    [
        ({"tier": "basic"}, {}, {"tier": "basic"}, ["score:detail"]),
        ({"categories": ("tax",)}, {}, {"categories": ("tax",)}, ["categories"]),
        (
            {"categories": ("tax",), "sources": ("tax",)}, {"categories": ("court", "tax")},
            {"categories": ("tax",), "sources": ("tax",)}, ["court", "sources"],
        ),
        ({"data_from": date(2025, 1, 1)}, {}, {"data_from": date(2025, 1, 1)}, ["data_from"]),
        ({"data_to": date(2025, 1, 1)}, {"data_to": date(2026, 1, 1)}, {"data_to": date(2025, 1, 1)}, ["data_to"]),
        ({}, {"persons": (PERSON, OTHER)}, {"persons": (PERSON,)}, [f"person:{OTHER}"]),
    ],
    ids=lambda _: "case-15",
)  # fmt: skip
def test_where_less_is_enough_the_rest_is_withheld_and_listed(changes, asked, left, withheld):
    consent = Consent(
        replace(TERMS, **changes), 2, "active", intact=True, gathered=Gathered(persons=(PersonConsent(PERSON, "x"),))
    )
    ask = replace(ASK, narrow=True, **asked)
    assert decide(consent, ask, NOW) is None
    assert permitted(consent, ask) == (replace(replace(ASK, **asked).wish(), **left), withheld)
    assert decide(consent, replace(ask, narrow=False), NOW) is not None


def test_nothing_is_left_of_a_product_that_is_not_permitted():
    assert decided(replace(TERMS, products=("score",)), product="health_check", narrow=True).members == {
        "missing": ["health_check"]
    }
    assert decided(replace(TERMS, categories=("tax",)), categories=("court",), narrow=True) is not None


def test_without_narrow_nothing_is_withheld():
    assert permitted(Consent(TERMS, 2, "active", intact=True), ASK) == (ASK.wish(), [])


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"data_from": date(2025, 1, 1), "data_to": date(2025, 12, 31)}, None),
        pytest.param(
            {"data_from": date(2024, 12, 31), "data_to": date(2025, 12, 31)}, "consent-range-exceeded",
            id="case-20-one-day-before",
        ),
        ({"data_from": date(2025, 1, 1), "data_to": date(2026, 1, 1)}, "consent-range-exceeded"),
        ({}, "consent-range-exceeded"),
    ],
)  # fmt: skip
def test_days_are_asked_for_within_the_range(asked, reason):
    denied = decided(replace(TERMS, data_from=date(2025, 1, 1), data_to=date(2025, 12, 31)), **asked)
    assert (denied and denied.reason) == reason


def test_what_may_be_viewed_is_not_stored():  # case 21
    assert decided(replace(TERMS, access_mode="VIEW"), mode="STORE").reason == "consent-mode-not-permitted"
    assert decided(replace(TERMS, access_mode="VIEW")) is None
    assert decided(TERMS, mode="STORE") is None


def test_a_persons_data_takes_their_own_consent():  # case 22
    denied = decided(TERMS, persons=(PERSON,))
    assert (denied.reason, denied.members) == ("separate-consent-required", {"missing": [PERSON]})
    own = Consent(TERMS, 2, "active", intact=True, gathered=Gathered(persons=(PersonConsent(PERSON, "x"),)))
    assert decide(own, replace(ASK, persons=(PERSON,)), NOW) is None


def test_a_mandate_lasts_until_the_use_where_the_template_says_so():
    (template,) = (one for one in shipped_templates() if one.purpose == "pre_loan")
    ended = Gathered((Approval("s-1", NOW, "key", "agent", None, NOW),))
    consent = Consent(TERMS, 2, "active", intact=True, gathered=ended)
    assert decide(consent, ASK, NOW, Rules([template])) is None
    strict = replace(template, mandate_at_use=True)
    assert decide(consent, ASK, NOW, Rules([strict])).reason == "consent-mandate-ended"
    assert decide(consent, ASK, NOW - timedelta(microseconds=1), Rules([strict])).reason == "consent-not-yet-valid"
    begun = replace(consent, terms=replace(TERMS, valid_from=NOW - timedelta(days=1)))
    assert decide(begun, ASK, NOW - timedelta(microseconds=1), Rules([strict])) is None


def test_the_template_of_now_decides():  # case 36
    (template,) = (one for one in shipped_templates() if one.purpose == "pre_loan")
    consent = Consent(TERMS, 2, "active", intact=True)
    for tighter, attribute in (
        ({"validity": "P1M"}, "valid_until"), ({"frequency": (Limit(5, "M"),)}, "limits"),
        ({"tiers": ("basic",)}, "tier"),
        ({"history": "P1Y"}, "data_from"), ({"withdrawn": True}, "template"), ({"approvals": 2}, "required_approvals"),
    ):  # fmt: skip
        denied = decide(consent, ASK, NOW, Rules([replace(template, **tighter)]))
        assert (denied.reason, denied.members) == ("consent-template-breached", {"attribute": attribute})
    assert decide(consent, ASK, NOW, Rules([])).members == {"attribute": "template"}
