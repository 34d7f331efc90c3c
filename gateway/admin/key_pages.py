"""The keys of this instance for operators: what each signs, how old it is, and rotating it with what follows named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path as PathParameter
from fastapi import Request
from fastapi.responses import Response
from pydantic import ValidationError

from gateway.admin.act_forms import refused
from gateway.admin.act_pages import SAID, TheAsker, take_action
from gateway.admin.action import Action
from gateway.admin.key_actions import PromoteKey, RotateKey
from gateway.console.form import Form
from gateway.console.forms import is_sure
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.identity.key_rotation import PROMOTED_IN_TIME, ROTATED, list_keys
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.keystore import PURPOSES
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/keys", include_in_schema=False)
YEAR = timedelta(days=365)
TONES = {"active": "ok", "next": "info", "retiring": "warn", "retired": "quiet"}
Purpose = Annotated[str, PathParameter(max_length=20)]


@dataclass(frozen=True)
class Use:
    """A purpose: its keys, newest first, when the one in use is due, and what can be done."""

    purpose: str
    suite: str
    keys: Sequence[Mapping[str, Any]]
    since: datetime
    due: datetime
    late: bool
    waits: bool
    rotated: bool
    by_itself: bool


@router.get("")
async def show(request: Request, units: Units, present: SecurityPresent, said: str = "") -> Response:
    """Show every key of this instance."""
    return await _show(request, units, present, note=SAID.get(said, ""))


@router.post("/{purpose}/{act}")
async def change(
    request: Request,
    purpose: Purpose,
    act: Literal["rotate", "rotate-now", "promote"],
    asker: TheAsker,
    typed: SignedForm,
) -> Response:
    """Make the next key of a purpose, let it sign, or end the present one at once."""
    words = words_of(request)
    if purpose not in ROTATED:
        raise PageError("not-found", 404)
    if act == "rotate-now" and not is_sure(typed):
        return await _show(request, asker.units, asker.present, Form(typed, {"": words("sure-needed")}), status=400)
    try:
        action = _action(purpose, act, typed.get("reason", "").strip())
    except ValidationError:
        return await _show(request, asker.units, asker.present, Form(typed, {"": words("op-wrong-reason")}), status=400)
    try:
        return await take_action(asker, action, "/console/keys")
    except DeniedError as fault:
        return await _show(request, asker.units, asker.present, refused(typed, fault, words), status=409)


def _action(purpose: str, act: str, reason: str) -> Action:
    if act == "promote":
        return PromoteKey.model_validate({"purpose": purpose})
    return RotateKey.model_validate({"purpose": purpose, "at_once": act == "rotate-now", "reason": reason})


async def _show(
    request: Request, units: UnitsOfWork, present: Present, form: Form | None = None, note: str = "", status: int = 200
) -> Response:
    async with units.begin("keys.show", acting(present)) as work:
        keys, moment = await list_keys(work.session), work.now
    uses = [_use(purpose, [key for key in keys if key["purpose"] == purpose], moment) for purpose in PURPOSES]
    return page(
        request, "keys", present, status=status, uses=uses, tones=TONES, form=form or Form(), note=note, now=moment,
        old=sum(use.late for use in uses), waiting=sum(use.waits and not use.by_itself for use in uses),
    )  # fmt: skip


def _use(purpose: str, keys: Sequence[Mapping[str, Any]], now: datetime) -> Use:
    since = next(key["since"] for key in keys if key["status"] == "active")
    rotated = purpose in ROTATED
    return Use(
        purpose, PURPOSES[purpose], list(reversed(keys)), since, since + YEAR, rotated and since + YEAR < now,
        any(key["status"] == "next" for key in keys), rotated, purpose in PROMOTED_IN_TIME,
    )  # fmt: skip
