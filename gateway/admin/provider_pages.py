"""Providers, and joint answers of several, on pages: what is agreed, how each did; administrators change it there."""

from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.admin.act_forms import ActForm
from gateway.admin.act_pages import SAID, TheAsker, show_form, take_form
from gateway.admin.change_words import part_in_words
from gateway.admin.joint_forms import CHANGE, JOIN, filled
from gateway.admin.provider_forms import NUMBERS, OF_PROVIDER, REGISTER
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.guard import SecurityPresent, SignedForm, signed_in
from gateway.people.sessions import Present
from gateway.providers.days import list_days
from gateway.providers.setting import list_in_force, list_versions
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.providers.terms import Terms

router = Router(prefix="/console/providers", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("operator", "auditor"))]
HERE = "/console/providers"
TONES = {"serving": "ok", "suspended": "warn"}
DAYS = 30
_FIRST = {name: str(getattr(Terms(""), name)) for name in NUMBERS}


@router.get("")
async def show(request: Request, units: Units, present: Seeing, said: str = "") -> Response:
    """Show the providers, and how they did of late."""
    async with units.begin("providers.show", acting(present)) as work:
        found, days = await list_in_force(work), await list_days(work, days=DAYS)
    for one in found:
        one["lately"] = _summed([day for day in days if day["provider"] == one["provider"]])
    return page(request, "providers", present, providers=found, tones=TONES, note=SAID.get(said, ""))


@router.get("/-/register")
async def show_new(request: Request, present: SecurityPresent) -> Response:
    """Show the form of a new provider."""
    return show_form(request, present, REGISTER, Form(_FIRST), back=HERE)


@router.post("/-/register")
async def take_new(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for a new provider."""
    return await take_form(request, asker, REGISTER, typed, back=HERE)


@router.get("/-/join")
async def show_join(request: Request, present: SecurityPresent) -> Response:
    """Show the form of a new joint answer."""
    return show_form(request, present, JOIN, Form({"time_ms": _FIRST["time_ms"]}), back=HERE)


@router.post("/-/join")
async def take_join(request: Request, asker: TheAsker, typed: SignedForm) -> Response:
    """Ask for a new joint answer."""
    return await take_form(request, asker, JOIN, typed, back=HERE)


@router.get("/{provider}")
async def show_one(request: Request, provider: str, units: Units, present: Seeing, said: str = "") -> Response:
    """Show one provider or joint answer: its terms, what they were, and what it answered day by day."""
    words = words_of(request)
    async with units.begin("providers.show", acting(present)) as work:
        versions = await _versions(work, provider)
        days = await list_days(work, provider, DAYS)
    for one in versions:
        one["parts"] = [part_in_words(words, part) for part in one["terms"].get("parts", ())]
    return page(
        request, "provider", present, provider=versions[0], versions=versions, days=days, tones=TONES,
        terms=_written(versions[0]), numbers=NUMBERS, note=SAID.get(said, ""),
    )  # fmt: skip


@router.get("/{provider}/{deed}")
async def show_act(request: Request, provider: str, deed: str, units: Units, present: SecurityPresent) -> Response:
    """Show the form of a change, filled with what is in force."""
    async with units.begin("providers.show", acting(present)) as work:
        versions = await _versions(work, provider)
    form = _form(deed, versions[0])
    return show_form(request, present, form, Form(_written(versions[0])), of=provider, back=f"{HERE}/{provider}")


@router.post("/{provider}/{deed}")
async def take_act(
    request: Request, provider: str, deed: str, units: Units, asker: TheAsker, typed: SignedForm
) -> Response:
    """Ask for a change of a provider."""
    async with units.begin("providers.show", acting(asker.present)) as work:
        form = _form(deed, (await _versions(work, provider))[0])
    return await take_form(
        request, asker, form, typed, identifier=provider, of=provider, back=f"{HERE}/{provider}"
    )  # fmt: skip


def _form(act: str, version: dict[str, Any]) -> ActForm:
    if act not in OF_PROVIDER:
        raise PageError("not-found", 404)
    return CHANGE if act == "change" and version["kind"] == "joint" else OF_PROVIDER[act]


async def _versions(work: UnitOfWork, provider: str) -> list[dict[str, Any]]:
    found = await list_versions(work, provider)
    if not found:
        raise PageError("not-found", 404)
    return found


def _written(version: dict[str, Any]) -> dict[str, str]:
    """Return the terms as they are written into the fields of a form."""
    terms = version["terms"]
    if version["kind"] == "joint":
        return filled(terms)
    maps = {
        name: orjson.dumps(terms[name], option=orjson.OPT_INDENT_2).decode() if terms[name] else ""
        for name in ("question", "answer", "signing")
    }
    return {"url": terms["url"], **{name: str(terms[name]) for name in NUMBERS}, **maps}


def _summed(days: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "calls": sum(day["calls"] for day in days), "answered": sum(day["answered"] + day["kept"] for day in days),
    }  # fmt: skip
