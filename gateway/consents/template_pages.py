"""Templates of consents on pages: what each purpose allows at most, since when, and every version there was."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from gateway.consents.artefact_words import duration_in
from gateway.consents.templates import get_template, list_templates
from gateway.consents.words import products_in, purpose_in
from gateway.console.render import PageError, page
from gateway.console.words import Words, words_of
from gateway.identity.clients.finding import all_institutions
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.sessions import Present
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

PLACE = "/console/consents/-/templates"
router = Router(prefix=PLACE, include_in_schema=False)
Reader = Annotated[Present, Depends(signed_in("operator", "auditor", "staff"))]
TemplateId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$")]
UNITS = {"H": ("小时", "hour"), "D": ("天", "day"), "M": ("个月", "month"), "Y": ("年", "year")}
Pairs = list[tuple[str, str]]


@router.get("")
async def templates(request: Request, units: Units, present: Reader) -> Response:
    """Show every template as it rules now, and what is to rule later."""
    words = words_of(request)
    async with units.begin("templates.list", acting(present)) as work:
        found, houses = await list_templates(work), await _houses(work)
    shown = [
        {
            "id": one["template"], "title": purpose_in(words.language, one["purpose"]),
            "whose": _whose(one, houses, words),
            "bounds": _bounds(one, words)[:3], "since": one["effective_from"], "version": one["version"],
            "next": one["next"] and one["next"]["effective_from"], "withdrawn": one["withdrawn"],
        }
        for one in found
    ]  # fmt: skip
    return page(request, "consent_templates", present, shown=shown, place=PLACE)


@router.get("/{template}")
async def template(request: Request, template: TemplateId, units: Units, present: Reader) -> Response:
    """Show one template with all its versions, the newest first."""
    words = words_of(request)
    try:
        async with units.begin("templates.show", acting(present)) as work:
            versions, houses = await get_template(work, template), await _houses(work)
            moment = work.now.isoformat()
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    newest = versions[-1]
    ruling = [one["version"] for one in versions if one["effective_from"] <= moment]
    title = purpose_in(words.language, newest["purpose"])
    return page(
        request, "consent_template", present, title=title, id=template, whose=_whose(newest, houses, words),
        versions=[{**one, "bounds": _bounds(one, words)} for one in reversed(versions)],
        ruling=ruling[-1] if ruling else 0, crumbs=[(words("go-consent-templates"), PLACE), (title, "")],
    )  # fmt: skip


async def _houses(work: UnitOfWork) -> dict[str, str]:
    return {row.institution_id: row.name for row in await all_institutions(work.session)}


def _whose(one: Mapping[str, Any], houses: Mapping[str, str], words: Words) -> str:
    """Return for whom and what a template rules: an institution, a way of asking, products."""
    whose = one["institution"]
    said = [words("template-everyone") if whose is None else houses.get(whose, whose)]
    said += [words(f"template-{one['fetch_type'].lower()}")] if one["fetch_type"] else []
    said += [products_in(words.language, one["products"])] if one["products"] else []
    return " · ".join(said)


def _bounds(one: Mapping[str, Any], words: Words) -> Pairs:
    """Return what a version allows at most, each with its name."""
    most, zh = one["most"], words.language == "zh"
    every = words("template-no-bound")

    def lasting(value: str | None) -> str:
        return every if value is None else duration_in(words.language, value)

    caps = [
        f"每{UNITS[cap['unit']][0].removeprefix('个')}最多 {cap['count']} 次" if zh
        else f"at most {cap['count']} in a {UNITS[cap['unit']][1]}"
        for cap in most["frequency"]
    ]  # fmt: skip
    return [
        (words("op-validity"), lasting(most["validity"])),
        (words("op-data-life"), lasting(most["data_life"])),
        (words("op-frequency"), words.listed(caps) or every),
        (words("op-history"), lasting(most["history"])),
        (words("op-tiers"), words.listed(words(f"op-tier-{tier}") for tier in most["tiers"])),
        (words("op-access-modes"), words.listed(words(f"op-mode-{mode.lower()}") for mode in most["access_modes"])),
        (words("op-approvals"), words.number(one["approvals"])),
        (words("op-mandate-at-use"), words("op-required" if one["mandate_at_use"] else "op-not-required")),
        (words("op-purpose-text"), one["purpose_text"]),
    ]
