"""The page of a case whose row is gone: what the log alone says of it, for those who oversee."""

from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.disposal.replay_words import differences_in_words
from gateway.disposal.replaying import Replay, replay_case
from gateway.disposal.step_words import details_in_words
from gateway.people.acting import acting
from gateway.people.naming import sender_names
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork


async def show_lost(
    request: Request, units: UnitsOfWork, present: Present, case_id: UUID, replay: Replay | None = None
) -> Response:
    """Show a case as the log has it, played again now where it was not: only its row is missing, or was never there.

    Raises PageError where the log has none, and for whoever does not oversee.
    """
    words = words_of(request)
    try:
        async with units.begin("case.replay", acting(present)) as work:
            made = replay or await replay_case(work, case_id)
            people = await sender_names(work, words, [one.by for one in made.noted])
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return page(
        request, "case_lost", present, replay=made, people=people, crumbs=[(words("case-lost"), "")],
        said=[details_in_words(words, one) for one in made.noted],
        differences=differences_in_words(words, made.differences),
    )  # fmt: skip
