"""Rendering: templates, the language, and the header fields that keep a page to itself."""

from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from fastapi import Request
from fastapi.responses import HTMLResponse

from connectors.model.calendar import SHANGHAI
from gateway.console.texts import LANGUAGES, load_texts
from gateway.console.titles import Titles

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
LANGUAGE_COOKIE = "xinqiao-language"
# What each role finds in the navigation: the path's last part is also the text's key.
NAVIGATION: dict[str, tuple[str, ...]] = {
    "auditor": ("quality", "changes", "signatories", "catalogue"),
    "regulator": ("quality", "catalogue"),
    "staff": ("catalogue",),
    "operator": ("changes", "clients", "signatories", "catalogue"),
    "system": ("quality", "sources", "uploads", "catalogue"),
    "clerk": ("quality", "uploads", "catalogue"),
}


def _plain(value: object) -> str:
    """Show a value of a change: lists with commas, nothing as a dash."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    return "—" if value is None else str(value)


def _sender(actor: str) -> str:
    """Show who sent something: a person by their name alone."""
    return actor.removeprefix("person:")


def _moment(value: datetime | str, language: str) -> str:
    """Show a moment by the clock of those who read it."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_datetime(moment, "yyyy-MM-dd HH:mm", tzinfo=SHANGHAI, locale=language)


def _number(value: int, language: str) -> str:
    """Show a count, thousands apart."""
    return format_decimal(value, locale=language)


def _percent(value: Decimal | None, language: str) -> str:
    """Show a share as a percentage."""
    return "" if value is None else format_percent(value, "0.0%", locale=language)


@cache
def templates(language: str) -> "Environment":
    """Return the templates in "zh" or "en": `_("key")` is a text, `ngettext("key", "key", n)` one with a number."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), extensions=["jinja2.ext.i18n"], autoescape=True,
        undefined=StrictUndefined, auto_reload=False,
    )  # fmt: skip
    made.install_gettext_translations(load_texts(language), newstyle=True)  # type: ignore[attr-defined] # it has
    made.filters |= {
        "plain": _plain,
        "sender": _sender,
        "moment": partial(_moment, language=language),
        "number": partial(_number, language=language),
        "percent": partial(_percent, language=language),
    }
    made.tests["ascii"] = str.isascii
    made.globals |= {"titles": Titles(language), "language": language}
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


def language_of(request: Request) -> str:
    """Return the language asked for; Chinese unless English was chosen."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def page(
    request: Request,
    template: str,
    present: Visitor | None = None,
    *,
    status: int = 200,
    form_target: str = "",
    script: bool = False,
    **context: Any,  # noqa: ANN401 - what the template shows
) -> HTMLResponse:
    """Render a page; `form_target` is a further origin its form may lead to, `script` lets our own script run."""
    shown = templates(language_of(request)).get_template(f"{template}.html").render(
        present=present, navigation=NAVIGATION.get(present.role, ()) if present else (), path=request.url.path,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""), **context,
    )  # fmt: skip
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {form_target}; "
        "frame-ancestors 'none'; base-uri 'none'"
    ) + ("; script-src 'self'; connect-src 'self'" if script else "")
    return HTMLResponse(shown, status_code=status, headers={"Content-Security-Policy": policy, **HEADERS})


HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make a browser send its own forms with Origin: null
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def show_page_error(request: Request, fault: PageError) -> HTMLResponse:
    """Show a PageError."""
    return page(request, "error", status=fault.status, reason=fault.key)
