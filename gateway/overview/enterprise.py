"""How one enterprise stands, for its own people: what waits, who asked, what is permitted, held and objected to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.catalogue.load import datasets
from connectors.personal.sealing import Protector
from connectors.records.objections import ObjectionPage
from connectors.records.pages import RecordPage
from connectors.store.subjects import find_subject
from consent.life import IN_FORCE
from gateway.consents.of_enterprise import OwnConsent, list_own
from gateway.inquiries.own_questions import Review, review_own_questions
from gateway.inquiries.questions import QuestionFilter
from gateway.records.history import list_own_records
from gateway.records.objections import list_objections
from gateway.runtime.work import UnitOfWork

MOST_QUESTIONS = 2_000
MOST_RECORDS = 100
_POLARITIES = {"negative": 0, "neutral": 1, "positive": 2}


@dataclass(frozen=True)
class EnterpriseHome:
    """What the first page of an enterprise shows. `records` begin with what speaks against it, the newest first."""

    name: str | None
    consents: Sequence[OwnConsent]
    review: Review
    records: Sequence[dict[str, Any]]
    objections: Sequence[dict[str, Any]]

    def standing(self, *words: str) -> list[OwnConsent]:
        """Return the consents that stand in one of these ways."""
        return [one for one in self.consents if one.standing in words]

    @property
    def in_force(self) -> list[OwnConsent]:
        """The consents that permit something, or will again."""
        return self.standing(*IN_FORCE)


async def load_home(work: UnitOfWork, protector: Protector) -> EnterpriseHome:
    """Return how things are for the enterprise that is acted for. Raises DeniedError for whoever acts for none."""
    consents = await list_own(work)
    subject = await find_subject(work.session, "uscc", str(work.actor.subject))
    review = await review_own_questions(work, QuestionFilter(), MOST_QUESTIONS)
    records = await list_own_records(work, protector, RecordPage(MOST_RECORDS))
    objections = await list_objections(work, ObjectionPage(MOST_RECORDS, state="open"))
    newest = sorted(records, key=lambda one: str(one["event_date"] or ""), reverse=True)
    return EnterpriseHome(subject.name if subject else None, consents, review, sorted(newest, key=_weight), objections)


def _weight(record: dict[str, Any]) -> int:
    known = datasets().get(record["dataset"])
    return _POLARITIES[known.polarity if known else "neutral"]
