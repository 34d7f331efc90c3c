"""Whether a consent permits an inquiry: the checks in their fixed order, the first that fails decides. Pure.

Existence and grantee come first and look alike to a stranger; then integrity, subject, status, time, mandate, scope,
purpose, range and mode, the persons' own consents, the template as it is now, and whether a use is left; an answer
that was given before is given again without one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo

from consent.frequency import find_used_up
from consent.gathered import Gathered
from consent.parts import Approval
from consent.scope import Wish, find_missing, is_within_range, narrow, without_consent
from consent.templates import Template, choose_template, find_breach
from consent.terms import Terms

NOTHING = Gathered()


@dataclass(frozen=True)
class Consent:
    """The newest version of a consent; `intact` tells whether its bytes, columns and files are what was signed.

    `reason` is why it came to its status and `changed_at` when, where the version is a stored one. `gathered` is what
    came together for it by then, `uses` how often it was used, `recent` when, as far back as its limits reach.
    """

    terms: Terms
    version: int
    status: str
    intact: bool
    reason: str | None = None
    changed_at: datetime | None = None
    uses: int = 0
    gathered: Gathered = NOTHING
    recent: tuple[datetime, ...] = ()

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """Return the approvals given so far."""
        return self.gathered.approvals

    @property
    def persons(self) -> tuple[str, ...]:
        """Return those who have consented to what is told of themselves."""
        return tuple(one.person for one in self.gathered.persons)

    def after_use(self, now: datetime) -> "Consent":
        """Return it as it stands once it was used again."""
        return replace(self, uses=self.uses + 1, recent=(*self.recent, now))


@dataclass(frozen=True)
class Ask:
    """Who asks what about whom, for which purpose; `named` tells whether a consent was named, `again` whether it was
    answered before: that counts no further use.

    `categories` and `sources` are those of the data, none for all; `persons` whose data the answer would hold;
    `narrow` that less than was asked for is enough.
    """

    institution: str
    account: str
    uscc: str
    product: str
    purpose: str
    named: bool
    again: bool = False
    tier: str = "detail"
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    data_from: date | None = None
    data_to: date | None = None
    mode: str = "VIEW"
    persons: tuple[str, ...] = ()
    narrow: bool = False

    def wish(self) -> Wish:
        """Return what is asked for."""
        return Wish(
            self.product, self.tier, self.categories, self.sources, self.data_from, self.data_to, self.persons
        )  # fmt: skip


@dataclass(frozen=True)
class Denied:
    """Why an inquiry is denied: the reason, and the values it is about."""

    reason: str
    members: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """What decides beside the consent: the templates in force (None: nobody looked), and the calendar's zone."""

    templates: Sequence[Template] | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True)
class Case:
    """What every check is given: a consent, what is asked, when, the rules, and the template of these terms by them."""

    consent: Consent
    ask: Ask
    now: datetime
    rules: Rules
    template: Template | None


NO_RULES = Rules()
Check = Callable[[Case], Denied | None]
REQUIRED = Denied("consent-required")
NOT_FOUND = Denied("consent-not-found")
_BY_STATUS = {
    "requested": "consent-pending",
    "rejected": "consent-rejected",
    "lapsed": "consent-lapsed",
    "paused": "consent-paused",
    "revoked": "consent-revoked",
    "superseded": "consent-superseded",
    "invalidated": "consent-invalidated",
    "expired": "consent-expired",
}


def check_grantee(case: Case) -> Denied | None:
    """Pass for the institution and account the consent is given to."""
    terms, ask = case.consent.terms, case.ask
    if terms.institution == ask.institution and (not terms.accounts or ask.account in terms.accounts):
        return None
    return NOT_FOUND


def check_integrity(case: Case) -> Denied | None:
    """Pass where everything stored is what was signed."""
    return None if case.consent.intact else Denied("consent-integrity-failed")


def check_subject(case: Case) -> Denied | None:
    """Pass for the enterprise whose consent it is."""
    return None if case.consent.terms.uscc == case.ask.uscc else Denied("consent-subject-mismatch")


def check_status(case: Case) -> Denied | None:
    """Pass where the consent is in force, or its uses are."""
    status = case.consent.status
    return None if status in {"active", "exhausted"} else Denied(_BY_STATUS[status])


def check_time(case: Case) -> Denied | None:
    """Pass within the period, which is half open."""
    terms = case.consent.terms
    if case.now < terms.valid_from:
        return Denied("consent-not-yet-valid")
    return Denied("consent-expired") if case.now >= terms.valid_until else None


def check_mandate(case: Case) -> Denied | None:
    """Pass where the signatories' mandates last, if the template wants them to."""
    wanted = case.template is not None and case.template.mandate_at_use
    ended = wanted and any(is_mandate_over(one, case.now) for one in case.consent.approvals)
    return Denied("consent-mandate-ended") if ended else None


def check_scope(case: Case) -> Denied | None:
    """Pass where product, tier, categories and sources are permitted, or less of them is enough."""
    missing = find_missing(case.consent.terms, _asked(case))
    return Denied("consent-scope-exceeded", {"missing": missing}) if missing else None


def check_purpose(case: Case) -> Denied | None:
    """Pass for the very purpose; a similar one is another."""
    purpose = case.consent.terms.purpose
    return None if case.ask.purpose == purpose else Denied("consent-purpose-mismatch", {"purpose": purpose})


def check_range(case: Case) -> Denied | None:
    """Pass where no other days are asked for, and nothing is kept that may only be looked at."""
    terms = case.consent.terms
    if not is_within_range(terms, _asked(case)):
        days = {"data_from": terms.data_from, "data_to": terms.data_to}
        return Denied("consent-range-exceeded", {name: day.isoformat() for name, day in days.items() if day})
    if case.ask.mode == "STORE" and terms.access_mode == "VIEW":
        return Denied("consent-mode-not-permitted")
    return None


def check_persons(case: Case) -> Denied | None:
    """Pass where each person whose data the answer would hold has consented."""
    missing = without_consent(_asked(case), case.consent.persons)
    return Denied("separate-consent-required", {"missing": missing}) if missing else None


def check_template(case: Case) -> Denied | None:
    """Pass where the template as it is now still allows the terms."""
    breach = find_breach(case.template, case.consent.terms) if case.rules.templates is not None else None
    return Denied("consent-template-breached", {"attribute": breach}) if breach else None


def check_uses(case: Case) -> Denied | None:
    """Pass where a use is left, and one in each period; for an answer given before, it takes none."""
    consent, terms = case.consent, case.consent.terms
    if case.ask.again:
        return None
    if terms.max_uses is not None and consent.uses >= terms.max_uses:
        return Denied("consent-uses-exhausted")
    full = find_used_up(terms.limits, terms.valid_from, consent.recent, case.now, case.rules.zone)
    if full is None:
        return None
    limit = {"count": full.limit.count, "unit": full.limit.unit, "alignment": full.limit.alignment}
    return Denied("consent-frequency-exceeded", {"limit": limit, "resets-at": full.until.astimezone(UTC).isoformat()})


CHECKS: tuple[Check, ...] = (
    check_grantee, check_integrity, check_subject, check_status, check_time, check_mandate, check_scope,
    check_purpose, check_range, check_persons, check_template, check_uses,
)  # fmt: skip


def decide(consent: Consent | None, ask: Ask, now: datetime, rules: Rules = NO_RULES) -> Denied | None:
    """Return why the inquiry is denied, None where it is permitted."""
    if consent is None:
        return NOT_FOUND if ask.named else REQUIRED
    template = None if rules.templates is None else ruling(rules.templates, consent.terms)
    case = Case(consent, ask, now, rules, template)
    for check in CHECKS:
        if denied := check(case):
            return denied
    return None


def ruling(templates: Sequence[Template], terms: Terms) -> Template | None:
    """Return the template that rules these terms, None where there is none any more."""
    return choose_template(templates, terms.institution, terms.purpose, terms.fetch_type, terms.products)


def permitted(consent: Consent, ask: Ask) -> tuple[Wish, list[str]]:
    """Return what a permitted question is answered with, and what is withheld of it, where less was enough."""
    wish = ask.wish()
    return narrow(consent.terms, wish, consent.persons) if ask.narrow else (wish, [])


def is_mandate_over(approval: Approval, now: datetime) -> bool:
    """Tell whether the mandate on which somebody approved has ended."""
    return approval.mandate_until is not None and now >= approval.mandate_until


def _asked(case: Case) -> Wish:
    return permitted(case.consent, case.ask)[0]
