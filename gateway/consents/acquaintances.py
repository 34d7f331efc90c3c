"""Which enterprises an institution knows here: those that have permitted it something, at any time.

Of these it may see the name and find them by name, former name or former code. Of any other it learns nothing but the
code it has typed itself: whether such an enterprise is on record is told with an answer, on its consent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.personal.sealing import Protector
from connectors.store import subjects
from consent import store
from gateway.runtime.work import UnitOfWork

MOST_FOUND = 20
FEWEST_LETTERS = 2
_CANDIDATES = 50


@dataclass(frozen=True)
class Enterprise:
    """An enterprise by its code (USCC); its name where the institution knows it; whether a former name led to it."""

    uscc: str
    name: str | None
    former: bool = False


async def find_enterprises(work: UnitOfWork, protector: Protector, said: str) -> list[Enterprise]:
    """Return what a person of the acting institution may mean by a code or a name.

    A unified social credit code is always that code, whoever it is. Anything else is looked up among the enterprises
    the institution knows, and not found is not found, whether or not such an enterprise is on record.
    """
    kind, value = subjects.identifier_of(protector, said)
    if kind == "uscc":
        return [Enterprise(value, (await names_known(work, [value])).get(value))]
    known = await store.find_permitting(work.session, work.actor.institution_id or "")
    candidates = await subjects.find_candidates(work.session, kind, value, _CANDIDATES)
    found = {
        subject.uscc: Enterprise(subject.uscc, subject.name, former)
        for subject, former in candidates if subject.uscc in known
    }  # fmt: skip
    if kind == "name" and len(said.strip()) >= FEWEST_LETTERS:
        for subject in await subjects.find_named_among(work.session, sorted(known), said.strip(), MOST_FOUND):
            assert subject.uscc is not None  # noqa: S101 - it was found by its code
            found.setdefault(subject.uscc, Enterprise(subject.uscc, subject.name))
    return list(found.values())[:MOST_FOUND]


async def name_known(work: UnitOfWork, code: str) -> str | None:
    """Return the name of one enterprise (USCC); None where the acting institution does not know it."""
    return (await names_known(work, [code])).get(code)


async def names_known(work: UnitOfWork, codes: Sequence[str]) -> dict[str, str]:
    """Return the names of those of these enterprises (USCC) that the acting institution knows."""
    known = await store.find_permitting(work.session, work.actor.institution_id or "", codes)
    return await subjects.names_of(work.session, sorted(known))
