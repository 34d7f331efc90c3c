"""One case on a page: what was found, what was done by whom, its files, what authorities were told, what comes next."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from gateway.consents.files import LONGEST_FILE
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.disposal.lost_page import show_lost
from gateway.disposal.office_words import office_name
from gateway.disposal.parties import find_offices
from gateway.disposal.reading import Whole, read_case
from gateway.disposal.replay_words import differences_in_words
from gateway.disposal.replaying import Replay
from gateway.disposal.step_words import details_in_words
from gateway.disposal.stepping import LONGEST
from gateway.people.acting import acting
from gateway.people.naming import sender_names
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from risk_monitor.case_names import AUTHORITIES, MEASURES, OUTCOMES
from risk_monitor.handling import FINAL, load_terms

_MEGABYTE = 1024 * 1024


async def show_case(
    request: Request, units: UnitsOfWork, present: Present, case_id: UUID, form: Form | None = None, status: int = 200,
    replay: Replay | None = None,
) -> Response:  # fmt: skip
    """Show a case; above it, what a replay of it came to. Where its row is gone, overseers see what the log has.

    Raises PageError where the visitor sees none of this id.
    """
    words = words_of(request)
    try:
        async with units.begin("case.show", acting(present)) as work:
            whole = await read_case(work, case_id)
            people = await sender_names(
                work, words, [*(one.by for one in whole.history), *(one.taken_by for one in whole.files)]
            )  # fmt: skip
            offices = [one for one in await find_offices(work) if one != whole.shown.row.office]
    except DeniedError:
        return await show_lost(request, units, present, case_id, replay)
    row = whole.shown.row
    latest = row.due_on + timedelta(days=load_terms().most_more_days)
    options = {
        "office": [(one, office_name(words, one)) for one in offices],
        "to": [(one, words(f"case-to-{one}")) for one in AUTHORITIES],
        "outcome": [(one, words(f"case-outcome-{one}")) for one in OUTCOMES],
        "measure": [(one, words(f"case-measure-{one}")) for one in MEASURES],
    }
    return page(
        request, "case", present, status=status, form=form or Form(), shown=whole.shown, row=row, whole=whole,
        name=whole.shown.subject.name or words("risk-unnamed"), people=people, either=words.either, final=FINAL,
        said=[details_in_words(words, one) for one in whole.history], unnamed=_unnamed(whole), options=options,
        told=_told(words, whole), crumbs=[(whole.shown.subject.name or words("risk-unnamed"), "")],
        office=office_name(words, row.office), replay=replay,
        differences=differences_in_words(words, replay.differences) if replay else [],
        asked=_asked(words, whole), latest=latest, longest=LONGEST, most=LONGEST_FILE // _MEGABYTE,
    )  # fmt: skip


def _asked(words: Words, whole: Whole) -> str:
    """Return what waits for the city's decision; empty where nothing does."""
    asks = whole.shown.row.asks
    if asks is None:
        return ""
    ways: dict[str, Callable[[Any], str]] = {
        "ask-time": words.day, "ask-transfer": lambda to: words(f"case-to-{to}"),
        "ask-hand-over": lambda code: office_name(words, code),
    }  # fmt: skip
    return words("case-asks-for", step=words(f"case-step-{asks['step']}"), to=ways[asks["step"]](asks["to"]))


def _told(words: Words, whole: Whole) -> dict[str, str]:
    """Return by delivery which authority it was for: the one that the step before the grant asked for."""
    told: dict[str, str] = {}
    asked = ""
    for one in whole.history:
        details = (one.says or {}).get("details", {})
        asked = details.get("to", asked)
        told |= dict.fromkeys(details.get("deliveries", ()), words(f"case-to-{asked}") if asked else "")
    return told


def _unnamed(whole: Whole) -> Sequence[str]:
    """Return the files that no step names yet: the next one takes them along."""
    named = {sha256 for one in whole.history if one.says for sha256 in one.says.get("files", ())}
    return [one.sha256 for one in whole.files if one.sha256 not in named]
