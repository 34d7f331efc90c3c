"""What holds at every address: hosts, methods, header fields. Generated from the route table, over all routes."""

import pytest

from gateway.runtime.settings import Settings
from gateway.web.edge import Edge
from tests.identity.test_routes import OPEN, ROUTES, request_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = sorted({name.split(" ", 1)[1] for name in ROUTES})
KEPT_BY_CACHES = {"GET /oauth/jwks"}


async def ask(client, method, path, **headers):
    request = request_of(client, f"{method} {path}", None)
    return await client.request(**request | {"headers": request["headers"] | headers})


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("name", ROUTES)
async def test_no_answer_leads_to_the_host_that_the_caller_names(client, name, slash):
    method, path = name.split(" ", 1)
    answer = await ask(client, method, path + slash, Host="evil.example")
    assert "evil.example" not in f"{answer.headers}{answer.text}"
    if slash:
        assert not answer.is_redirect


@pytest.mark.parametrize("path", PATHS)
async def test_the_methods_that_are_refused_name_those_that_are_not(client, path):
    answers = {method: await ask(client, method, path) for method in METHODS}
    taken = {method for method, answer in answers.items() if answer.status_code != 405}
    assert taken
    for method in METHODS:
        if method not in taken:
            assert set(answers[method].headers["allow"].split(", ")) == taken, method


PAGES = ("GET /console", "GET /oauth/authorize")  # for people, who never ask for a head alone


@pytest.mark.parametrize(
    "name", sorted(name for name in OPEN if name.startswith("GET /") and not name.startswith(PAGES))
)
async def test_what_is_open_to_all_answers_head_as_it_answers_get(client, name):
    path = name.removeprefix("GET ")
    answer, head = await ask(client, "GET", path), await ask(client, "HEAD", path)
    assert (head.status_code, head.headers.get("content-type")) == (answer.status_code, answer.headers["content-type"])


@pytest.mark.parametrize("name", ROUTES)
async def test_answers_are_kept_by_no_cache_and_their_kind_is_not_guessed(client, name):
    answer = await ask(client, *name.split(" ", 1))
    assert answer.headers["x-content-type-options"] == "nosniff"
    if name.split(" ")[1].startswith(("/v1/", "/oauth/")) and name not in KEPT_BY_CACHES:
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("hosts", "version", "passed"),
    [(1, "1.1", True), (0, "1.1", False), (2, "1.1", False), (0, "1.0", True), (2, "1.0", False)],
)
async def test_a_request_names_one_host(client, hosts, version, passed):
    reached, sent = [], []

    async def app(*_):
        reached.append(True)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/livez", "query_string": b"", "http_version": version,
        "headers": [(b"host", b"x")] * hosts, "app": client._transport.app._app,
    }  # fmt: skip
    await Edge(app)(scope, None, send)
    assert bool(reached) is passed
    if not passed:
        assert sent[0]["status"] == 400


@pytest.mark.parametrize(
    ("issuer", "sound"),
    [
        ("https://credit.example", True),
        ("https://credit.example:8443", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("https://credit.example/", False),
        ("https://credit.example/xinqiao", False),
        ("https://credit.example?a", False),
        ("https://credit.example#a", False),
        ("https://user@credit.example", False),
        ("ftp://credit.example", False),
    ],
)
def test_an_issuer_is_a_host_without_a_path(issuer, sound):
    """Every address we write is the issuer's own: below a path, redirects and cookies would lead elsewhere."""
    if sound:
        assert Settings(issuer=issuer).issuer == issuer
    else:
        with pytest.raises(ValueError, match="issuer"):
            Settings(issuer=issuer)


@pytest.mark.parametrize(
    "address", ["/v1/quota?x=%ff", "/v1/quota?%b2%e9=1", "/v1/records/%ff/proof", "/console?q=%a1%a2"]
)
async def test_an_address_that_is_not_utf8_is_refused_and_says_so(client, address):
    answer = await client.get(address)
    assert (answer.status_code, "UTF-8" in answer.json()["detail"]) == (400, True)
    assert (await client.get("/v1/quota?x=%E6%9F%A5")).status_code == 401  # UTF-8, of a stranger
