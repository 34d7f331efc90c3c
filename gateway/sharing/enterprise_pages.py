"""Credentials in the hands of an enterprise's people: given to an institution, seen, taken back."""

from datetime import datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from gateway.console.form import Form
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.identity.tables import Institution
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing, SignedForm
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.sharing.giving import MOST_DAYS, Wanted, give_credential, list_given, take_credential_back
from gateway.sharing.issuing import SHOWABLE
from gateway.sharing.tables import SharedCredential
from gateway.web.dependencies import TheSettings, Units
from gateway.web.error_table import ERRORS
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/credentials", include_in_schema=False)
PAGE = "/console/enterprise/credentials"


@router.get("")
async def credentials(request: Request, units: Units, settings: TheSettings, present: OwnerActing) -> Response:
    """Show what was given, and the form to give another; or that none are offered here."""
    return await _show(request, units, present, offered=settings.share_credentials)


@router.post("")
async def give(
    request: Request, units: Units, settings: TheSettings, present: OwnerActing, form: SignedForm
) -> Response:
    """Give a credential, and show it this once."""
    offered, days = settings.share_credentials, form.get("days", "")
    wanted = Wanted(
        form.get("institution", ""), [name for name in SHOWABLE if form.get(name)], int(days) if days.isdecimal() else 0
    )
    try:
        async with units.begin("credential.give", acting(present)) as work:
            made = await give_credential(work, wanted, offered=offered)
    except DeniedError as fault:
        said = ERRORS[fault.denial.reason]
        wrong = fault.denial.detail or words_of(request).either(said.title_zh, said.title_en)
        return await _show(
            request, units, present, offered=offered, form=Form(form, {"institution": wrong}), status=said.status
        )
    return await _show(request, units, present, offered=offered, made=made)


@router.post("/{credential_id}/take-back")
async def take_back(
    credential_id: UUID, units: Units, settings: TheSettings, present: OwnerActing, _form: SignedForm
) -> Response:
    """Take a credential back."""
    async with units.begin("credential.take-back", acting(present)) as work:
        await take_credential_back(work, credential_id, offered=settings.share_credentials)
    return RedirectResponse(PAGE, 303)


async def _show(
    request: Request, units: UnitsOfWork, present: Present, *, offered: bool, form: Form | None = None, made: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    words = words_of(request)
    async with units.begin("credential.list", acting(present)) as work:
        given = await list_given(work, offered=True) if offered else ()
        names = await _institutions(work) if offered else {}
        now = work.now
    rows = [
        (one, names.get(one.institution, one.institution), _members(words, one), state_of(one, now)) for one in given
    ]
    return page(
        request, "enterprise_credentials", present, status=status, offered=offered, rows=rows, made=made,
        form=form or Form({}, {}), institutions=sorted(names.items(), key=lambda one: one[1]),
        members=SHOWABLE, days=[(number, str(number)) for number in range(1, MOST_DAYS + 1)],
    )  # fmt: skip


async def _institutions(work: UnitOfWork) -> dict[str, str]:
    query = select(Institution.institution_id, Institution.name).where(col(Institution.status) == "active")
    return {row[0]: row[1] for row in await work.session.execute(query)}


def _members(words: Words, one: SharedCredential) -> str:
    return words.listed(words(f"credential-{name}") for name in one.members)  # texts of SHOWABLE


def state_of(one: SharedCredential, now: datetime) -> str:
    """Return how a credential stands at a moment."""
    return "taken-back" if one.taken_back_at else "ended" if one.until <= now else "holds"
