"""Releases of the risk watch on pages: which are in force and were, each with its back-test; others are asked for."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form
from gateway.admin.watch_forms import RELEASE, RETURN
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.watches.checks import LONGEST_REPORT, LONGEST_SOURCE
from gateway.watches.listing import list_watches, show_watch
from gateway.watches.outline import figures_of, percent
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/watches", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("operator", "auditor"))]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
HERE = "/console/watches"
TONES = {"in-force": "ok", "former": "quiet"}
MOST_BYTES = 9 * (LONGEST_SOURCE + LONGEST_REPORT)  # a form writes a Chinese character in nine


@router.get("")
async def show(request: Request, units: Units, present: Seeing, said: str = "") -> Response:
    """Show every release of rules and models."""
    async with units.begin("watches.show", acting(present)) as work:
        found = await list_watches(work)
    return page(request, "watches", present, watches=found, tones=TONES, note=SAID.get(said, ""))


@router.get("/-/release")
async def show_new(request: Request, present: SecurityPresent) -> Response:
    """Show the form of other rules or another model."""
    return show_form(request, present, RELEASE, Form({}), back=HERE)


@router.post("/-/release", max_body_size=MOST_BYTES)
async def take_new(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for other rules or another model."""
    return await take_form(request, asker, RELEASE, typed, back=HERE)


@router.get("/{number}")
async def show_one(request: Request, number: Number, units: Units, present: Seeing, said: str = "") -> Response:
    """Show one release: its text, and the back-test it was tried by."""
    async with units.begin("watches.show", acting(present)) as work:
        found = await _watch(work, number)
    report = found["report"] or {"all": {}}
    return page(
        request, "watch", present, watch=found, figures=figures_of(found["kind"], found["report"]), tones=TONES,
        ways=report["all"], percent=percent, note=SAID.get(said, ""),
    )  # fmt: skip


@router.get("/{number}/return")
async def show_return(request: Request, number: Number, units: Units, present: SecurityPresent) -> Response:
    """Show the form by which an earlier release is put in force again; of 0, the kind says what is meant."""
    async with units.begin("watches.show", acting(present)) as work:
        found = await _watch(work, number)
    return show_form(
        request, present, RETURN, Form({"kind": found["kind"]}), of=_titled(found, request), back=f"{HERE}/{number}"
    )


@router.post("/{number}/return")
async def take_return(request: Request, number: Number, units: Units, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for an earlier release again."""
    async with units.begin("watches.show", acting(asker.present)) as work:
        found = await _watch(work, number)
    return await take_form(
        request, asker, RETURN, typed, identifier=str(number), of=_titled(found, request), back=f"{HERE}/{number}"
    )  # fmt: skip


def _titled(found: dict[str, Any], request: Request) -> str:
    words = words_of(request)
    return words("watch-release-number", number=found["number"]) if found["number"] else words("watch-shipped")


async def _watch(work: UnitOfWork, number: int) -> dict[str, Any]:
    try:
        return await show_watch(work, number)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
