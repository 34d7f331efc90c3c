"""What every page needs: the style sheet, the icon, the one script, the choice of the language."""

from pathlib import Path

from fastapi.responses import FileResponse, RedirectResponse

from gateway.console.forms import own_path
from gateway.console.render import FOLDER, LANGUAGE_COOKIE
from gateway.console.texts import LANGUAGES
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
STATIC: Path = FOLDER / "static"
CACHED = {"Cache-Control": "max-age=3600"}


@router.get("/console.css")
async def style() -> FileResponse:
    """Return the one style sheet."""
    return FileResponse(STATIC / "console.css", media_type="text/css", headers=CACHED)


@router.get("/icon.svg")
async def icon() -> FileResponse:
    """Return the icon."""
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml", headers=CACHED)


@router.get("/uploads.js")
async def script() -> FileResponse:
    """Return the one script: the progress of a large file."""
    return FileResponse(STATIC / "uploads.js", media_type="text/javascript", headers=CACHED)


@router.get("/language/{language}")
async def choose_language(language: str, next: str = "/console") -> RedirectResponse:  # noqa: A002 - the parameter's name
    """Remember the language and go back."""
    response = RedirectResponse(own_path(next), 303)
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, path="/", samesite="lax", httponly=True)
    return response
