"""The checks of an inquiry: which one decides where several fail, and what is checked when an answer is given again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest

from connectors.store.subjects import Subject
from consent.decision import Consent
from consent.terms import Terms
from gateway.inquiries.extent import Extent
from gateway.inquiries.obligations import GRACE, Owed
from gateway.inquiries.policy.checks import CHECKS, decide
from gateway.inquiries.policy.facts import Facts, Standing
from gateway.inquiries.request import InquiryRequest
from gateway.providers.registered import Registered
from gateway.quota.books import Key, Room
from gateway.runtime.denial import Denial
from scoring_adapter.providers.terms import Provider
from scoring_adapter.providers.terms import Terms as Agreed
from tests.enterprises import uscc

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
DAY, NOBODY = timedelta(days=1), UUID(int=7)
TERMS = Terms(NOBODY, uscc(1), "bank", (), ("score",), "pre_loan", NOW - DAY, NOW + DAY, 3)
SOUND = Facts(
    InquiryRequest(UUID(int=9), "bank-1", "bank", uscc(1), "score", "pre_loan", "embedded", NOBODY, None),
    NOW,
    Standing(None, entitled=True, intermediary=True, person=True, for_people=True),
    Subject(UUID(int=8), uscc(1), "某公司"),
    [Consent(TERMS, 2, "active", intact=True, uses=2)],
    [
        Room(Key(scope, "x", "*", "unit", "day", NOW.date()), 9, 0, most, NOW + DAY, 86_400)
        for scope, most in (("account", 10), ("institution", 100))
    ],
    1,
    providers={"five-force": Registered(Provider("five-force", 1, Agreed("http://x")), suspended=False)},
)


def standing(**changed):
    return lambda facts: replace(facts, standing=replace(facts.standing, **changed))


def request(**changed):
    return lambda facts: replace(facts, request=replace(facts.request, **changed))


def terms(**changed):
    return lambda facts: replace(
        facts, consents=[replace(one, terms=replace(one.terms, **changed)) for one in facts.consents]
    )


def consent(**changed):
    return lambda facts: replace(facts, consents=[replace(one, **changed) for one in facts.consents])


# In the order they are checked in: of two that fail, the one that stands first here is told.
FAULTS = {
    "account-suspended": standing(stopped="account-suspended"),
    "person-suspended": standing(person=False),
    "account-not-for-people": standing(for_people=False),
    "intermediary-suspended": standing(intermediary=False),
    "delegation-ended": standing(delegation=False),
    "intermediary-required": standing(exit_via="fsp"),
    "invalid-subject": request(unreadable=Denial("invalid-subject")),
    "unknown-provider": lambda facts: replace(request(provider="five-force")(facts), providers={}),
    "product-not-entitled": standing(entitled=False),
    "consent-not-found": terms(institution="another"),
    "consent-integrity-failed": consent(intact=False),
    "consent-subject-mismatch": terms(uscc=uscc(2)),
    "consent-revoked": consent(status="revoked"),
    "consent-not-yet-valid": terms(valid_from=NOW + timedelta(seconds=1)),
    "consent-expired": terms(valid_until=NOW),
    "consent-scope-exceeded": terms(products=("health_check",)),
    "consent-purpose-mismatch": terms(purpose="renewal"),
    "consent-uses-exhausted": consent(uses=3),
    "data-life-ended": lambda facts: replace(facts, kept=False),
    "provider-not-narrowed": request(provider="five-force", extent=Extent(categories=("tax",))),
    "obligation-overdue": lambda facts: replace(facts, owed=Owed(NOBODY, NOW - GRACE)),
    "subject-not-found": lambda facts: replace(facts, subject=None),
    "quota-exceeded": lambda facts: replace(facts, rooms=[replace(facts.rooms[0], used=10), *facts.rooms[1:]]),
}
AGAIN = set(FAULTS) - {
    "unknown-provider",
    "provider-not-narrowed",
    "invalid-subject",
    "consent-uses-exhausted",
    "subject-not-found",
    "quota-exceeded",
}


def test_a_sound_question_is_permitted():
    assert decide(SOUND) is None


@pytest.mark.parametrize(("first", "second"), list(combinations(FAULTS, 2)))
def test_of_two_faults_the_one_that_is_checked_first_is_told(first, second):
    assert decide(FAULTS[first](SOUND)).reason == first
    assert decide(FAULTS[second](SOUND)).reason == second
    assert decide(FAULTS[second](FAULTS[first](SOUND))).reason == first


@pytest.mark.parametrize("reason", FAULTS)
def test_an_answer_is_given_again_where_standing_and_consent_still_permit_it(reason):
    denial = decide(replace(FAULTS[reason](SOUND), again=True))
    assert (denial.reason if denial else None) == (reason if reason in AGAIN else None)


def test_each_check_decides_something():
    told = {name: [reason for reason, fault in FAULTS.items() if check_alone(name, fault)] for name in CHECKS}
    assert all(told.values()), told


def check_alone(name, fault):
    facts = fault(SOUND)
    return facts.standing is not None and CHECKS[name](facts) is not None
