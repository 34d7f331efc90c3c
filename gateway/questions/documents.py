"""How a question and what was found are written: the members that the interface and the evidence file both have."""

from typing import Any

from gateway.evidence.subjects import subject_document
from gateway.inquiries.questions import OUTCOMES, Reported
from gateway.questions.statistics import Statistics
from gateway.questions.who import Asked, Found


def found_document(found: Found) -> dict[str, Any]:
    """Return a page as the interface shows it; `subject` is null where the code asked about is nobody's here."""
    return {
        "subject": subject_document(found.subject) if found.subject else None,
        "questions": [asked_document(one) for one in found.asked],
        "next": str(found.next) if found.next else None,
    }


def asked_document(asked: Asked) -> dict[str, Any]:
    """Return a question: who asked when what for, on which consent, how it ended, what was done with the answer."""
    one = asked.question
    return {
        "kind": one.kind,
        "id": str(one.id),
        "asked_at": one.asked_at.isoformat(),
        "institution": one.institution,
        "account": one.account,
        "person": one.person,
        "intermediary": one.intermediary,
        "products": list(one.products),
        "purpose": one.purpose,
        "provider": one.provider,
        "consent": {"id": str(one.consent[0]), "version": one.consent[1]} if one.consent else None,
        "legal_basis": one.basis.members() if one.basis else None,
        "outcome": one.outcome,
        "reason": one.reason,
        "units": one.units,
        "entries": [{"entry": str(entry.event_id), "type": entry.type} for entry in asked.entries],
        "usage": [_reported(told) for told in one.usage],
    }


def statistics_document(counted: Statistics) -> dict[str, Any]:
    """Return the counts of a period as the interface shows them; hours and days are those of Beijing."""
    hours = zip(counted.weekdays, counted.weekends, strict=True)
    return {
        "since": counted.period.since.isoformat(),
        "until": counted.period.until.isoformat(),
        "asked": counted.asked,
        "outcomes": {ending: counted.endings.get(ending, 0) for ending in OUTCOMES},
        "nights": counted.nights,
        "weekends": sum(counted.weekends),
        "institutions": [{"institution": name, "asked": number} for name, number in counted.institutions.items()],
        "accounts": [vars(one) for one in counted.accounts],
        "reasons": [{"reason": reason, "asked": number} for reason, number in counted.reasons],
        "hours": [{"hour": n, "weekdays": days, "weekends": ends} for n, (days, ends) in enumerate(hours)],
        "shared": [vars(one) for one in counted.shared],
        "repeated": [vars(one) | {"day": one.day.isoformat()} for one in counted.repeated],
        "unusual": [vars(one) | {"hours": list(one.hours)} for one in counted.unusual],
    }


def _reported(told: Reported) -> dict[str, Any]:
    return {
        "version": told.version, "account": told.account, "content": dict(told.content),
        "recorded_at": told.recorded_at.isoformat(), "entry": str(told.entry),
    }  # fmt: skip
