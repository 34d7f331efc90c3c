"""Whom an auditor means: an enterprise by its code, a former code, a name it bears or bore, or by its own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.personal.sealing import Protector, is_sealed
from connectors.store.subjects import Subject, find_candidates, identifier_of
from gateway.runtime.denial import Denial

MOST_CANDIDATES = 50


@dataclass(frozen=True)
class Meant:
    """What was typed, as an identifier, and every enterprise known by it; `former` beside one whose name it was once.

    `kind` is that of an identifier, or "subject" for a subject's own id.
    """

    kind: str
    value: str
    candidates: Sequence[tuple[Subject, bool]]

    @property
    def subject(self) -> Subject | None:
        """The enterprise, where there is exactly one."""
        return self.candidates[0][0] if len(self.candidates) == 1 else None

    def ambiguous(self) -> Denial | None:
        """Return the denial that names the candidates where there are several: nothing is guessed."""
        if len(self.candidates) < 2:
            return None
        told = [subject_document(subject) | {"former": former} for subject, former in self.candidates]
        return Denial("subject-ambiguous", members={"candidates": told})


async def find_meant(session: AsyncSession, protector: Protector, said: str) -> Meant:
    """Return whom somebody may mean by what they typed."""
    kind, value = _read(protector, said)
    return Meant(kind, value, await find_candidates(session, kind, value, MOST_CANDIDATES))


def subject_document(subject: Subject) -> dict[str, object]:
    """Return an enterprise as auditors see it: a name that is personal data stays sealed and is not shown."""
    name = None if is_sealed(subject.name) else subject.name
    return {"subject": str(subject.subject_id), "uscc": subject.uscc, "name": name}


def _read(protector: Protector, said: str) -> tuple[str, str]:
    try:
        return "subject", str(UUID(said.strip()))
    except ValueError:
        return identifier_of(protector, said)
