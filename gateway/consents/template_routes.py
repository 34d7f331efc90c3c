"""Templates of consents over HTTP: what each purpose allows at most, for whoever asks for a consent or gives one."""

from typing import Annotated, Any

from fastapi import Depends
from fastapi import Path as PathParameter

from gateway.consents.templates import get_template, list_templates
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/consent-templates", tags=["授权 Consent"])
Reader = Annotated[UnitOfWork, Depends(working("consents", "admin", "audit"), scope="function")]
TemplateId = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$")]


@router.get("", summary="授权模板 Templates of consents")
async def templates(work: Reader) -> dict[str, Any]:
    """Return every template as it rules now; the most specific one that fits a request is the one that rules it."""
    return {"templates": await list_templates(work)}


@router.get("/{template}", summary="一份模板的各版 Every version of a template")
async def template(template: TemplateId, work: Reader) -> dict[str, Any]:
    """Return every version of a template, oldest first, each with the moment from which it rules."""
    return {"versions": await get_template(work, template)}
