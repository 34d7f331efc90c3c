"""One enterprise's risks at the console, for those who oversee: the points of each type, and its case."""

from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import Response

from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.disposal.reading import find_open_cases
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.risk.measure_words import words_of_measure
from gateway.risk.pages import TONES
from gateway.risk.reading import read_risks_of
from gateway.runtime.denial import DeniedError
from gateway.sites.pages import TONES as SITE_TONES
from gateway.watches.outline import percent
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
Code = Annotated[str, Path(pattern=r"^[0-9A-Z]{18}$")]


@router.get("/subjects/{subject}/risks")
async def risks_of(request: Request, units: Units, present: OverseerPresent, subject: Code) -> Response:
    """Show at which level an enterprise stands, each point with what it says, and the cases that are open."""
    words = words_of(request)
    try:
        async with units.begin("risks.show", acting(present)) as work:
            known, found = await read_risks_of(work, subject)
            cases = await find_open_cases(work, known)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    standing, learned = [one for one in found.risks if one.holds_to is None], found.learned
    return page(
        request, "subject_risks", present, subject=known, name=known.name or words("risk-unnamed"), day=found.day,
        standing=standing, ended=[one for one in found.risks if one.holds_to is not None], tones=TONES, cases=cases,
        found_open=found.open, either=words.either, sites=found.sites, site_tones=SITE_TONES, learned=learned,
        crumbs=[(known.name or words("risk-unnamed"), "")],
        chance=percent(learned.chance_ppm) if learned else "",
        measures={name: words_of_measure(name) for name, *_ in learned.reasons} if learned else {},
    )  # fmt: skip
