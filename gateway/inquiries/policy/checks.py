"""Whether an inquiry may be answered: named checks in their fixed order, the first that fails decides. Pure.

A rule that is new is a member of Facts, its column in reading.py, and a check in its place here.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import ceil

from consent.decision import Denied
from gateway.inquiries.bases.basis import consent_of
from gateway.inquiries.granting import grant_of
from gateway.inquiries.obligations import Kind
from gateway.inquiries.policy.facts import Facts
from gateway.providers.registered import EMBEDDED
from gateway.quota.books import find_exceeded
from gateway.quota.headers import denial_of
from gateway.runtime.denial import Denial
from scoring_adapter.providers.joint import Joint

MISSING: Mapping[Kind, str] = {"report": "unreported", "deletion": "undeleted"}  # what a denial names it by


def check_standing(facts: Facts) -> Denial | None:
    """Nobody who is stopped asks, nor for somebody who is."""
    standing = facts.standing
    if standing is None or standing.stopped is not None:
        return Denial(standing.stopped if standing and standing.stopped else "account-closed")
    if not standing.person:
        return Denial("person-suspended")
    return None if standing.for_people else Denial("account-not-for-people")


def check_intermediary(facts: Facts) -> Denial | None:
    """Who passes a question on is active and has the account's delegation; some institutions ask through one alone."""
    standing, passed_on_by = facts.standing, facts.request.intermediary
    assert standing is not None, "whoever does not stand was denied before"  # noqa: S101 - see CHECKS
    if not standing.intermediary:
        return Denial("intermediary-suspended")
    if not standing.delegation:
        return Denial("delegation-ended")
    if standing.exit_via not in {None, passed_on_by}:
        return Denial("intermediary-required", members={"intermediary": standing.exit_via})
    return None


def check_registered(facts: Facts) -> Denial | None:
    """The provider is registered, and not suspended."""
    name = facts.request.provider
    if name == EMBEDDED:
        return None
    found = facts.providers.get(name)
    if found is None:
        serving = [other for other, one in sorted(facts.providers.items()) if not one.suspended]
        return Denial("unknown-provider", f"provider：须为其中之一 must be one of: {', '.join([EMBEDDED, *serving])}")
    if found.suspended:
        return Denial("upstream-unavailable", f"评分提供方已停用，未计费。{name} is suspended; nothing was charged.")
    if isinstance(found.provider, Joint) and (gone := found.provider.missing_required()):
        names = ", ".join(gone)
        return Denial(
            "upstream-unavailable",
            f"必需的提供方已停用，未计费。{names} is suspended, and needed; nothing was charged.",
        )
    return None


def check_entitlement(facts: Facts) -> Denial | None:
    """An account asks for the products it was given."""
    assert facts.standing is not None, "whoever does not stand was denied before"  # noqa: S101 - see CHECKS
    return None if facts.standing.entitled else Denial("product-not-entitled")


def check_basis(facts: Facts) -> Denial | None:
    """The enterprise has permitted it, or a law has: the data are public, or the institution's duty covers them."""
    denied = facts.basis
    if not isinstance(denied, Denied):
        return None
    headers = {}
    if "resets-at" in denied.members:
        left = datetime.fromisoformat(str(denied.members["resets-at"])) - facts.now
        headers["Retry-After"] = str(max(1, ceil(left.total_seconds())))
    return Denial(denied.reason, members=denied.members, headers=headers)


def check_life(facts: Facts) -> Denial | None:
    """What may be kept no longer is not given again."""
    return None if facts.kept else Denial("data-life-ended")


def check_provider(facts: Facts) -> Denial | None:
    """Of what an outside provider looks at, nothing can be kept from it: it is asked on a consent to everything, and
    for no records, which are the gateway's own.
    """
    if facts.request.provider == EMBEDDED or isinstance(facts.basis, Denied):
        return None
    whole = (
        not facts.request.is_listing
        and consent_of(facts.basis)
        and not grant_of(facts.request, facts.basis).extent.is_restricted
    )
    return None if whole else Denial("provider-not-narrowed")


def check_obligations(facts: Facts) -> Denial | None:
    """Whoever owes a report on an earlier answer, or its deletion, long after it was due, is given no further ones."""
    if facts.owed is None or not facts.owed.stops(facts.now):
        return None
    due = facts.owed.due.astimezone(UTC).isoformat()
    return Denial("obligation-overdue", members={MISSING[facts.owed.kind]: str(facts.owed.inquiry_id), "due": due})


def check_subject(facts: Facts) -> Denial | None:
    """Something is known of the enterprise: told to those who may know."""
    return None if facts.subject else Denial("subject-not-found")


def check_quota(facts: Facts) -> Denial | None:
    """Every counter has room for what it costs."""
    exceeded = find_exceeded(facts.rooms, facts.units)
    return denial_of(exceeded, facts.rooms) if exceeded else None


CHECKS: Mapping[str, Callable[[Facts], Denial | None]] = {
    "standing": check_standing,
    "intermediary": check_intermediary,
    "readable": lambda facts: facts.request.unreadable,
    "registered": check_registered,
    "entitlement": check_entitlement,
    "basis": check_basis,
    "life": check_life,
    "provider": check_provider,
    "obligations": check_obligations,
    "subject": check_subject,
    "quota": check_quota,
}
# Checked anew where an answer is given once more.
GIVEN_AGAIN = ("standing", "intermediary", "entitlement", "basis", "life", "obligations")


def decide(facts: Facts) -> Denial | None:
    """Return why the question is denied, None where it may be answered."""
    for name, check in CHECKS.items():
        if facts.again and name not in GIVEN_AGAIN:
            continue
        if denial := check(facts):
            return denial
    return None
