"""An enterprise's own person answers a request at the console, where nobody has a key.

1. The turn of a try to send a code, in a transaction of its own (gateway/people/step_up.py).
2. In one transaction: hold the consent and decide whether it may be answered so; see that the text that was shown is
   the one of now; use the code up; sign what was decided, by whom, by which factor, over which text; store the version.

To reject takes no code: nothing is given away by it, and it is not to be harder than to be left alone.
"""

from dataclasses import dataclass
from uuid import UUID

from connectors.store.subjects import find_subject
from consent.console import ConsoleDecision, Factor, sign_console_decision
from consent.decision import Consent
from consent.terms import Terms
from gateway.consents.approving import approve, judge_approval
from gateway.consents.life import refuse_approval
from gateway.consents.shown import Lines, Parties, digest_of, statement_lines, statement_text
from gateway.consents.versions import OpenChange, make_change, open_change
from gateway.identity.tables import Institution
from gateway.people.step_up import take_turn, use_one_time_code
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from signing.canonical import sha256_hex


@dataclass(frozen=True)
class Answer:
    """What somebody answers: the text they were shown, by its digest and language; to approve, the code and from where
    it comes; to reject, why.
    """

    shown: str
    language: str
    code: str = ""
    address: str = ""
    reason: str | None = None


@dataclass(frozen=True)
class Answered:
    """How the consent stands now, and whether it was this answer that made it so."""

    consent: Consent
    made: bool


async def show_terms(work: UnitOfWork, terms: Terms, language: str) -> Lines:
    """Return what a consent on these terms would allow, line by line, as the person is to read it."""
    institution = await work.session.get(Institution, terms.institution)
    subject = await find_subject(work.session, "uscc", terms.uscc)
    parties = Parties(
        institution.name if institution else terms.institution,
        (subject.name if subject else None) or terms.uscc,
    )  # fmt: skip
    return statement_lines(terms, parties, language)


async def approve_at_console(
    units: UnitsOfWork, actor: Actor, person_id: str, consent_id: UUID, answer: Answer
) -> Answered | Denial:
    """Approve with a fresh one-time code, or return why not; a code that was wrong is in the log.

    Raises SignInWaitError where tries have come too fast, and nothing was compared.
    """
    lanes = await take_turn(units, actor, person_id, answer.address)
    async with units.begin("consent.approve-at-console", actor) as work:
        change = await _open(work, consent_id, "approve", answer)
        if not isinstance(change, OpenChange) or change.after is None:
            return change if isinstance(change, Denial) else Answered(change.consent, made=False)
        judged = await judge_approval(work, change, "console")
        if isinstance(judged, Denial):
            return _answered(await refuse_approval(work, change, judged))
        if denied := await use_one_time_code(work, person_id, answer.code, lanes):
            return _answered(await refuse_approval(work, change, denied))
        signed, told = await _sign(work, change, answer, "one-time-code")
        return Answered(await approve(work, change, judged, signed, told), made=True)


async def reject_at_console(work: UnitOfWork, consent_id: UUID, answer: Answer) -> Answered | Denial:
    """Reject, and say why, or return why not. Raises DeniedError for what is no reason."""
    demand_reason(answer.reason or "")
    change = await _open(work, consent_id, "reject", answer)
    if not isinstance(change, OpenChange) or change.after is None:
        return change if isinstance(change, Denial) else Answered(change.consent, made=False)
    signed, told = await _sign(work, change, answer, "session")
    return Answered(await make_change(work, change, answer.reason, signed, told), made=True)


async def _open(work: UnitOfWork, consent_id: UUID, action: str, answer: Answer) -> OpenChange | Denial:
    """Hold the consent; deny whoever has a key to sign with, and what was shown otherwise than it is now."""
    change = await open_change(work, consent_id, action)
    if isinstance(change, Denial) or change.after is None:
        return change
    if not work.actor.in_person:
        return Denial("not-yours-to-decide")
    lines = await show_terms(work, change.consent.terms, answer.language)
    return change if digest_of(lines) == answer.shown else Denial("consent-shown-otherwise")


async def _sign(
    work: UnitOfWork, change: OpenChange, answer: Answer, factor: Factor
) -> tuple[str, dict[str, object]]:  # fmt: skip
    """Return the decision as the instance signs it, and what the event tells of it."""
    terms = change.consent.terms
    statement = statement_text(await show_terms(work, terms, answer.language))
    made = ConsoleDecision(work.actor.name, factor, answer.language, statement)
    signed = sign_console_decision(
        terms.consent_id, terms.digest(), change.action, made, change.now, work.keys.signing("consent")
    )
    return signed, {"channel": "console", "factor": factor, "statement": sha256_hex(statement.encode())}


def _answered(refused: Consent | Denial) -> Answered | Denial:
    return refused if isinstance(refused, Denial) else Answered(refused, made=False)
