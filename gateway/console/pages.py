"""The choices every visitor has: the language, and light or dark."""

from fastapi.responses import RedirectResponse

from gateway.console.forms import own_path
from gateway.console.render import THEME_COOKIE, THEMES
from gateway.console.texts import LANGUAGES
from gateway.console.words import LANGUAGE_COOKIE
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
YEAR_SECONDS = 365 * 86400


@router.get("/language/{language}")
async def choose_language(language: str, next: str = "/console") -> RedirectResponse:  # noqa: A002 - the parameter's name
    """Remember the language and go back."""
    return _remember(LANGUAGE_COOKIE, language if language in LANGUAGES else None, next)


@router.get("/theme/{theme}")
async def choose_theme(theme: str, next: str = "/console") -> RedirectResponse:  # noqa: A002 - the parameter's name
    """Remember light or dark, or, with "system", forget what was chosen; and go back."""
    return _remember(THEME_COOKIE, theme if theme in {*THEMES, "system"} else None, next)


def _remember(cookie: str, value: str | None, path: str) -> RedirectResponse:
    response = RedirectResponse(own_path(path), 303)
    if value is not None:
        response.set_cookie(cookie, value, max_age=YEAR_SECONDS, path="/", samesite="lax", httponly=True)
    return response
