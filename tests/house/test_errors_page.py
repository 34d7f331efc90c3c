"""The page of errors names every error the program can answer, and none it cannot."""

import re
from pathlib import Path

from consent import decision
from consent.life import CHANGES
from gateway.identity.clients.access import STOPPED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text()
ROWS = re.findall(r"^\| (`[^|]+) \| [^-]", PAGE, re.MULTILINE)
LISTED = {name for row in ROWS for name in re.findall(r"`([a-z_-]+)`", row)} - {"error"}
RAISED = re.compile(
    r'\b(?:DeniedError|Denied|ChangeError|ActError|problem)\(\s*(?:request,\s*)?"([a-z-]+)"|slug="([a-z-]+)"'
)
FROM_AUTHLIB = {
    "invalid_client", "invalid_request", "unsupported_grant_type", "invalid_scope", "invalid_grant",
    "unsupported_response_type",
}  # fmt: skip


def sources():
    for folder in ("gateway", "consent", "connectors"):
        for file in (ROOT / folder).rglob("*.py"):
            yield file.read_text()


def test_every_error_is_on_the_page_and_every_one_there_exists():
    raised = {one or other for text in sources() for one, other in RAISED.findall(text)} | set(STOPPED)
    raised |= {f"consent-{status}" for change in CHANGES.values() for status in change.before | {change.after}}
    raised |= {slug for slug, _ in decision._STATUS.values()}
    raised |= {"unauthenticated", "not-found", "method-not-allowed", "http-error"}  # by name elsewhere
    own = {name for text in sources() for name in re.findall(r'error(?:=|": )"([a-z_]+)"|error = "([a-z_]+)"', text)}
    oauth = {part for pair in own for part in pair if part} - {"insufficient_scope", "invalid_token"} | FROM_AUTHLIB
    assert raised | oauth == LISTED
