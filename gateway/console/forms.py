"""Whether a form comes from one of our pages, and where it may lead."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from gateway.console.render import PageError
from gateway.runtime.settings import Settings
from gateway.web.forms import MOST_FIELDS, FormError, read_form_of


def check_origin(request: Request) -> None:
    """Raise PageError for a form of another site."""
    issuer: str = request.app.state.issuer
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site not in {None, "same-origin"} or origin not in {None, "/".join(issuer.split("/")[:3])}
    if foreign or (site is None and origin is None):
        raise PageError("form-stale", 403)


async def read_own_form(request: Request) -> dict[str, str]:
    """Return a form sent from one of our pages. Raises PageError for another site's, or a malformed one."""
    return await read_own_form_of(request, MOST_FIELDS)


async def read_own_form_of(request: Request, most: int) -> dict[str, str]:
    """Return such a form of at most so many fields. Raises PageError as above."""
    check_origin(request)
    try:
        return await read_form_of(request, most)
    except FormError as fault:
        raise PageError("form-stale", 400) from fault


OwnForm = Annotated[dict[str, str], Depends(read_own_form)]


def is_sure(form: Mapping[str, str]) -> bool:
    """Tell whether whoever sent a form said that they know what cannot be undone."""
    return form.get("sure") == "yes"


def own_path(path: str) -> str:
    """Return a path of this site to go on to; anything else leads home."""
    allowed = path.startswith(("/console", "/oauth/authorize")) and "//" not in path and "\\" not in path
    return path if allowed and path.isprintable() else "/console"


def is_secure(settings: Settings) -> bool:
    """Tell whether browsers reach this instance over TLS, so that cookies go over nothing else."""
    return settings.issuer.startswith("https")
