"""Pages of what is released: every release with what it was tried by; others are asked for, or earlier ones again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from gateway.admin.act_forms import ActForm, FieldSpec, Values
from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

Seeing = Annotated[Present, Depends(signed_in("operator", "auditor"))]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
Release = Mapping[str, Any]
TONES = {"in-force": "ok", "coming": "info", "former": "quiet"}
IN_A_FORM = 9  # bytes in which a form writes a Chinese character
REASON = FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason")


@dataclass(frozen=True)
class Released:
    """A kind of what is released: its templates, the keys of its texts, its forms, how it is read, and what its page
    shows `beside` a release. Of a release the members `kept` stand in the form by which it is returned to.
    """

    one: str
    all: str
    title: str
    lead: str
    numbered: str
    shipped: str
    release: ActForm
    returning: ActForm
    most_bytes: int
    list_all: Callable[[UnitOfWork], Awaitable[list[dict[str, Any]]]]
    get_one: Callable[[UnitOfWork, int], Awaitable[dict[str, Any]]]
    beside: Callable[[Release], Mapping[str, Any]]
    kept: tuple[str, ...] = ()

    @property
    def here(self) -> str:
        """Where its releases are listed."""
        return f"/console/{self.all}"

    def titled(self, release: Release, request: Request) -> str:
        """Return what a release is called."""
        words, number = words_of(request), release["number"]
        return words(self.numbered, number=number) if number else words(self.shipped)

    async def found(self, units: UnitsOfWork, present: Present, number: int) -> Release:
        """Return a release. Raises PageError where there is none."""
        try:
            async with units.begin(f"{self.all}.show", acting(present)) as work:
                return await self.get_one(work, number)
        except DeniedError as fault:
            raise PageError("not-found", 404) from fault


def file_typed(typed: Values, name: str) -> str:
    """Return a text as its file has it: a browser sends the ends of lines as CR LF."""
    return typed[name].replace("\r\n", "\n")


def release_router(of: Released) -> Router:
    """Make the pages of a kind."""
    router = Router(prefix=of.here, include_in_schema=False)

    @router.get("")
    async def show(request: Request, units: Units, present: Seeing, said: str = "") -> Response:
        """Show every release."""
        async with units.begin(f"{of.all}.show", acting(present)) as work:
            releases = await of.list_all(work)
        return page(
            request, of.all, present, of=of, releases=releases, verb=of.release.title, tones=TONES,
            note=SAID.get(said, ""),
        )  # fmt: skip

    @router.get("/-/release")
    async def show_new(request: Request, present: SecurityPresent) -> Response:
        """Show the form of another one."""
        return show_form(request, present, of.release, Form({}), back=of.here)

    @router.post("/-/release", max_body_size=of.most_bytes)
    async def take_new(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
        """Ask for another one."""
        return await take_form(request, asker, of.release, typed, back=of.here)

    @router.get("/{number}")
    async def show_one(request: Request, number: Number, units: Units, present: Seeing, said: str = "") -> Response:
        """Show one release: its text, and what it was tried by."""
        release = await of.found(units, present, number)
        return page(
            request, of.one, present, release=release, title=of.titled(release, request), tones=TONES,
            note=SAID.get(said, ""), **of.beside(release),
        )  # fmt: skip

    @router.get("/{number}/return")
    async def show_return(request: Request, number: Number, units: Units, present: SecurityPresent) -> Response:
        """Show the form by which an earlier release is put in force again."""
        release = await of.found(units, present, number)
        filled = Form({name: release[name] for name in of.kept})
        back = f"{of.here}/{number}"
        return show_form(request, present, of.returning, filled, of=of.titled(release, request), back=back)

    @router.post("/{number}/return")
    async def take_return(
        request: Request, number: Number, units: Units, asker: TheAsker, typed: SignedForm
    ) -> Response:
        """Ask for an earlier release again."""
        name, back = of.titled(await of.found(units, asker.present, number), request), f"{of.here}/{number}"
        return await take_form(request, asker, of.returning, typed, identifier=str(number), of=name, back=back)

    return router
