"""Names of institutions, clients and people, looked up once for a whole page: people are shown no ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.console.words import Words

_CLIENTS = text("SELECT client_id, kind, institution_id, subject, person_id FROM client WHERE client_id = ANY(:ids)")
_INSTITUTIONS = text("SELECT institution_id, name FROM institution WHERE institution_id = ANY(:ids)")
_PEOPLE = text("SELECT person_id, name FROM person WHERE person_id = ANY(:ids)")
PERSON, MACHINE = "person:", "operator-cli:"


@dataclass(frozen=True)
class Names:
    """What is known of each id; one that is not known is shown as it is."""

    clients: Mapping[str, Any]
    institutions: Mapping[str, str]
    people: Mapping[str, str]

    def institution(self, identifier: str) -> str:
        """Return an institution's name."""
        return self.institutions.get(identifier, identifier)

    def person(self, identifier: str) -> str:
        """Return a person's name."""
        return self.people.get(identifier, identifier)

    def client(self, words: Words, identifier: str) -> str:
        """Return whose client it is, with its id, by which the parties themselves know it."""
        row = self.clients.get(identifier)
        if row is None:
            return identifier
        if row.kind == "agency":
            return words.titles.agency(identifier)
        whose = (
            self.institution(row.institution_id) if row.institution_id
            else self.person(row.person_id) if row.person_id
            else row.subject or words(f"kind-{row.kind}")
        )  # fmt: skip
        return words("op-of-client", whose=whose, client=identifier)

    def actor(self, words: Words, actor: str | None) -> str:
        """Return who did something: a person, somebody at the machine, or a client of either."""
        if actor is None:
            return "—"
        if actor.startswith(PERSON):
            return self.person(actor.removeprefix(PERSON))
        if actor.startswith(MACHINE):
            return words("op-at-machine", where=actor.removeprefix(MACHINE))
        row = self.clients.get(actor)
        return self.person(row.person_id) if row is not None and row.person_id else actor


async def find_names(
    session: AsyncSession,
    *,
    clients: Iterable[str] = (),
    institutions: Iterable[str] = (),
    people: Iterable[str] = (),
    actors: Iterable[str | None] = (),
) -> Names:
    """Look up names, those behind the clients too."""
    doing = [actor for actor in actors if actor]
    ids = {*clients, *doing}
    found = {row.client_id: row for row in await session.execute(_CLIENTS, {"ids": sorted(ids)})}
    wanted = {*institutions, *(row.institution_id for row in found.values() if row.institution_id)}
    persons = {*people, *(row.person_id for row in found.values() if row.person_id)}
    persons |= {actor.removeprefix(PERSON) for actor in doing if actor.startswith(PERSON)}
    houses = await session.execute(_INSTITUTIONS, {"ids": sorted(wanted)})
    named = await session.execute(_PEOPLE, {"ids": sorted(persons)})
    return Names(found, {row.institution_id: row.name for row in houses}, {row.person_id: row.name for row in named})
