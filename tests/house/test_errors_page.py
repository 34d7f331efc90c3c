"""The page of errors: what the error table says, and of OAuth what the program can answer."""

import ast
import re
from pathlib import Path

import pytest

from gateway.web.error_pages import BEGINS, printed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text()
OAUTH = set(re.findall(r"^\| `([a-z_]+)` \| (?:\d|回)", PAGE.partition(BEGINS)[0], re.MULTILINE))
FROM_AUTHLIB = {
    "invalid_client", "invalid_request", "unsupported_grant_type", "invalid_scope", "invalid_grant",
    "unsupported_response_type",
}  # fmt: skip
CHALLENGES = {"invalid_token", "insufficient_scope"}  # at resources, in WWW-Authenticate


def named_errors():
    """What `error` is in the program: an argument, a member of a document, an attribute of a class."""
    for file in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case (
                    ast.keyword(arg="error", value=ast.Constant(value=str(name)))
                    | ast.Assign(targets=[ast.Name(id="error")], value=ast.Constant(value=str(name)))
                ):
                    yield name
                case ast.Dict(keys=keys, values=values):
                    for key, value in zip(keys, values, strict=True):
                        if isinstance(key, ast.Constant) and key.value == "error" and isinstance(value, ast.Constant):
                            yield value.value


def test_the_page_is_what_the_table_prints():
    assert printed(PAGE) == PAGE, "make docs"


def test_a_page_without_its_markers_is_not_printed_on():
    with pytest.raises(ValueError, match="once"):
        printed(PAGE.replace(BEGINS, ""))


def test_every_error_of_oauth_is_on_the_page_and_every_one_there_exists():
    assert (set(named_errors()) - CHALLENGES) | FROM_AUTHLIB == OAUTH
