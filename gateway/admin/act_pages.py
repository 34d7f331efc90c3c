"""How a page asks for a change: the form, what is wrong with it, and where it leads once it is asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from gateway.admin.act_forms import ActForm, FormFaultError, Values, read_action, refused
from gateway.admin.action import Action, Means
from gateway.admin.changes import ask_change
from gateway.admin.client_actions import ChangeStanding
from gateway.admin.dependencies import TheMeans
from gateway.admin.standing_forms import StandingAsked, read_standing
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.identity.clients.access import AccessCache
from gateway.identity.dependencies import TheAccess
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units

SAID = {"done": "op-said-done", "waiting": "op-said-waiting"}


@dataclass(frozen=True)
class Asker:
    """Who asks for a change at the console, and what asking takes: units of work, means, the cache that it outdates."""

    units: UnitsOfWork
    means: Means
    access: AccessCache
    present: Present


async def the_asker(units: Units, means: TheMeans, access: TheAccess, present: SecurityPresent) -> Asker:
    """Return the security administrator who is signed in, able to ask for changes."""
    return Asker(units, means, access, present)


TheAsker = Annotated[Asker, Depends(the_asker)]


def show_form(
    request: Request, present: Present, form: ActForm, filled: Form, *, of: str = "", back: str, status: int = 200
) -> Response:
    """Show a form; `of` names what it is about, `back` leads there."""
    words = words_of(request)
    crumbs = [(of, back)] if of else []
    return page(
        request, "act", present, status=status, act=form, form=filled, of=of, back=back,
        crumbs=[*crumbs, (words(form.title), "")],
    )  # fmt: skip


async def take_form(
    request: Request,
    asker: Asker,
    form: ActForm,
    typed: Values,
    *,
    identifier: str = "",
    of: str = "",
    back: str,
) -> Response:
    """Ask for the change a form stands for, and lead to `back`; or show the form again with what is wrong."""
    words = words_of(request)
    try:
        action = read_action(form, identifier, typed, words)
        return await take_action(asker, action, back)
    except FormFaultError as fault:
        return show_form(request, asker.present, form, fault.form, of=of, back=back, status=400)
    except DeniedError as fault:
        return show_form(request, asker.present, form, refused(typed, fault, words), of=of, back=back, status=409)


async def take_standing(
    request: Request, asker: Asker, typed: Values, whose: str, back: str, again: Callable[..., Awaitable[Response]]
) -> Response:
    """Suspend, resume or close what `whose` names, and lead to `back`; or show the page `again`, with what is wrong."""
    words = words_of(request)
    asked = read_standing(typed, words)
    if not isinstance(asked, StandingAsked):
        return await again(form=asked, status=400)
    try:
        return await take_action(asker, ChangeStanding(change=asked.change, whose=whose, reason=asked.reason), back)
    except DeniedError as fault:
        return await again(form=refused({"reason": asked.reason}, fault, words), status=409)


async def take_action(asker: Asker, action: Action, back: str) -> Response:
    """Ask for a change and lead to `back`, which says whether it is made or waits. Raises DeniedError."""
    async with asker.units.begin("change.ask", acting(asker.present)) as work:
        change = await ask_change(work, asker.means, action)
    asker.access.expire()
    return RedirectResponse(f"{back}?said={change.status}", 303)
