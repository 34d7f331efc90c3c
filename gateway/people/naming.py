"""What those are called who stand in the log: people by their names, agencies by their titles."""

from collections.abc import Iterable, Mapping

from connectors.catalogue.load import agencies
from gateway.console.words import Words
from gateway.people.reading import names_of_people
from gateway.people.roles import PREFIX
from gateway.runtime.work import UnitOfWork

_SOURCE, _MACHINE = "source:", "operator-cli"


async def sender_names(work: UnitOfWork, words: Words, actors: Iterable[str]) -> Mapping[str, str]:
    """Return what each of these actors is called, by how the log names them; an unknown one keeps its name."""
    known = list(dict.fromkeys(actors))
    people = await names_of_people(work, [actor for actor in known if actor.startswith(PREFIX)])
    return {actor: _name(words, people, actor) for actor in known}


def _name(words: Words, people: Mapping[str, str], actor: str) -> str:
    if actor.startswith(PREFIX):
        return people.get(actor, actor.removeprefix(PREFIX))
    if actor.startswith(_SOURCE):
        return words("sender-source", source=actor.removeprefix(_SOURCE))
    if actor.startswith(_MACHINE):
        return words("sender-machine")
    return words("sender-system", agency=words.titles.agency(actor)) if actor in agencies() else actor
