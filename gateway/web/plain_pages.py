"""Pages anybody may read: no script, no sign-in, nothing from elsewhere; in the console's style."""

import json
import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Vary": "Accept"}


def rendered(template: str, **shown: object) -> str:
    """Render a template of this room; it is sent with HEADERS."""
    return _templates().get_template(template).render(**shown)


def _code(text: str) -> "Markup":
    """Show what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`(.+?)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    templates.filters |= {"code": _code, "json": partial(json.dumps, ensure_ascii=False, indent=2)}
    return templates
