"""Rendering: templates, the shell around them, and the header fields that keep a page to itself."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse

from gateway.console.assets import asset
from gateway.console.navigation import NAVIGATION, find_here, home_of
from gateway.console.texts import load_texts
from gateway.console.words import NOTHING, language_of, words_in

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
THEME_COOKIE = "xinqiao-theme"
THEMES = ("light", "dark")  # as the system has it where none is chosen
# No inline script or style, nothing from elsewhere; `data:` for the pictures inside Tabler's style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'{form_target}; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make a browser send its own forms with Origin: null
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
SCRIPTS = {"charts": ("echarts.js", "charts.js")}  # others: the script alone


def _plain(value: object) -> str:
    """Show a value of a change: lists with commas, nothing as a dash."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    return NOTHING if value is None else str(value)


def _sender(actor: str) -> str:
    """Show who sent something: a person by their name alone."""
    return actor.removeprefix("person:")


@cache
def templates(language: str) -> "Environment":
    """Return the templates in "zh" or "en": `_("key")` is a text, `ngettext("key", "key", n)` one with a number."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = words_in(language)
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), extensions=["jinja2.ext.i18n"], autoescape=True,
        undefined=StrictUndefined, auto_reload=False, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.install_gettext_translations(load_texts(language), newstyle=True)  # type: ignore[attr-defined] # it has
    made.filters |= {
        "plain": _plain, "sender": _sender, "moment": words.moment, "exactly": words.exactly, "ago": words.ago,
        "day": words.day, "number": words.number, "percent": words.percent, "lasting": words.lasting,
    }  # fmt: skip
    made.tests["ascii"] = str.isascii
    made.globals |= {"titles": words.titles, "words": words, "language": language, "asset": asset}
    return made


class Visitor(Protocol):
    """Who is signed in, as far as every page shows it."""

    @property
    def name(self) -> str:
        """The person's name."""

    @property
    def role(self) -> str:
        """What they are here."""

    @property
    def csrf(self) -> str:
        """What their forms carry."""


class PageError(Exception):
    """A page cannot be shown; `key` is the text that says why."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key, self.status = key, status


def page(
    request: Request,
    template: str,
    present: Visitor | None = None,
    *,
    status: int = 200,
    form_target: str = "",
    scripts: Sequence[str] = (),
    crumbs: Sequence[tuple[str, str]] = (),
    **context: Any,  # noqa: ANN401 - what the template shows
) -> HTMLResponse:
    """Render a page in the shell.

    `form_target` is a further origin its form may lead to, `scripts` what it loads beside the shell's own, `crumbs` the
    texts and addresses between its place in the navigation and itself.
    """
    shown = templates(language_of(request)).get_template(f"{template}.html").render(
        present=present, shell=shell_of(request, present), crumbs=crumbs, path=request.url.path,
        scripts=[name for script in scripts for name in SCRIPTS.get(script, (f"{script}.js",))],
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""), **context,
    )  # fmt: skip
    policy = POLICY.format(form_target=f" {form_target}" if form_target else "")
    return HTMLResponse(shown, status_code=status, headers={"Content-Security-Policy": policy, **HEADERS})


def shell_of(request: Request, present: Visitor | None) -> dict[str, Any]:
    """Return what the shell shows: the visitor's navigation with their place in it, and the theme they chose."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return {
        "groups": NAVIGATION[present.role] if present else (),
        "entry": find_here(present.role, request.url.path) if present else None,
        "home": home_of(present.role) if present else "/console",
        "theme": theme if theme in THEMES else "",
        "city": request.app.state.city,
        "version": request.app.version,
    }
