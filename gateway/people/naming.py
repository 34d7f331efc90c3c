"""What those are called who stand in the log: people by their names, agencies by their titles."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text

from connectors.catalogue.load import agencies
from gateway.console.words import Words
from gateway.runtime.work import UnitOfWork

_NAMES = text("SELECT person_id, name FROM person WHERE person_id = ANY(:ids)")
_PERSON, _SOURCE, _MACHINE = "person:", "source:", "operator-cli"


async def sender_names(work: UnitOfWork, words: Words, actors: Iterable[str]) -> Mapping[str, str]:
    """Return what each of these actors is called, by how the log names them; an unknown one keeps its name."""
    known = list(dict.fromkeys(actors))
    ids = [actor.removeprefix(_PERSON) for actor in known if actor.startswith(_PERSON)]
    people = {row.person_id: row.name for row in await work.session.execute(_NAMES, {"ids": ids})}
    return {actor: _name(words, people, actor) for actor in known}


def _name(words: Words, people: Mapping[str, str], actor: str) -> str:
    if actor.startswith(_PERSON):
        return people.get(actor.removeprefix(_PERSON), actor.removeprefix(_PERSON))
    if actor.startswith(_SOURCE):
        return words("sender-source", source=actor.removeprefix(_SOURCE))
    if actor.startswith(_MACHINE):
        return words("sender-machine")
    return words("sender-system", agency=words.titles.agency(actor)) if actor in agencies() else actor
