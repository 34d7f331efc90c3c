"""How a page asks for a change: the form, what is wrong with it, and where it leads once it is asked for."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.admin.act_forms import ActForm, FormFaultError, Values, read_action, refused
from gateway.admin.action import Action, Means
from gateway.admin.changes import ask_change
from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import words_of
from gateway.identity.clients.access import AccessCache
from gateway.people.acting import acting
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork

SAID = {"done": "op-said-done", "waiting": "op-said-waiting"}


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
    units: UnitsOfWork,
    means: Means,
    access: AccessCache,
    present: Present,
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
        return await take_action(units, means, access, present, action, back)
    except FormFaultError as fault:
        return show_form(request, present, form, fault.form, of=of, back=back, status=400)
    except DeniedError as fault:
        return show_form(request, present, form, refused(typed, fault, words), of=of, back=back, status=409)


async def take_action(
    units: UnitsOfWork, means: Means, access: AccessCache, present: Present, action: Action, back: str
) -> Response:
    """Ask for a change and lead to `back`, which says whether it is made or waits. Raises DeniedError."""
    async with units.begin("change.ask", acting(present)) as work:
        change = await ask_change(work, means, action)
    access.expire()
    return RedirectResponse(f"{back}?said={change.status}", 303)
