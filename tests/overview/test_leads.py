"""What waits and what is found leads to pages that there are, and that this role opens."""

import re

import pytest
from fastapi.routing import APIRoute

from gateway.overview.search import PAGES
from gateway.overview.waiting import KINDS
from tests.identity.test_routes import ROUTES, find

OPEN = {"/docs"}
FOUND = [(f"found {kind}", role, page) for kind, pages in PAGES.items() for role, page in pages.items()]
WAITS = [
    (f"waits {name}", role, page + more)
    for name, kind in KINDS.items() for role, page in kind.pages.items() for more in {"", kind.each}
    if role != "machine"
]  # fmt: skip


def roles_of(call):
    return getattr(call, "roles", None)


def route_of(page: str) -> APIRoute | None:
    """The page's route: a parameter stands for any one step of an address."""
    wanted = re.sub(r"{\w+}", "x", page.partition("?")[0])
    for name, route in ROUTES.items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(name.removeprefix("GET ")))
        if name.startswith("GET ") and re.fullmatch(pattern, wanted):
            return route
    return None


@pytest.mark.parametrize(("what", "role", "page"), FOUND + WAITS, ids=str)
def test_a_page_that_is_led_to_is_there_for_the_role(what, role, page):
    route = route_of(page)
    assert route is not None, page
    roles = find(route.dependant, roles_of)
    assert page in OPEN or not roles or role in roles, (page, roles)
