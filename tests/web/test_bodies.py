"""Bodies: none is read for a stranger, and of nobody more than the route takes. Generated from the route table."""

import codecs

import pytest

from gateway.admin.actions import SetSigning
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.tables import Client
from gateway.web.router import OWN_LIMIT, SMALL_BYTES, GuardedRoute
from tests.actors import OPERATOR
from tests.documented import document
from tests.identities import register
from tests.identity.test_routes import GUARDED, ROUTES, kinds, request_of, token
from tests.stories import slug

__all__ = ["kinds"]
MIB = 1024 * 1024
PIECE = 16 * 1024
TAKES_JSON = [name for name, route in ROUTES.items() if route.body_field and name in GUARDED]
TAKES_FILES = ["POST /v1/datasets/{dataset}/batches", "POST /v1/datasets/{dataset}/batches:check",
               "POST /v1/datasets/{dataset}/withdrawals"]  # fmt: skip
COUNT_THEMSELVES = {
    *TAKES_FILES, "PATCH /v1/uploads/{upload_id}", "POST /console/uploads", "POST /console/corrections/{batch_id}",
    "POST /console/ask-many", "POST /console/paper/{consent_id}/scans", "POST /console/consents/-/imports",
    "POST /console/consents/{consent_id}/files", "POST /console/crosschecks/-/lists",
    "POST /console/warning-subscriptions/list", "POST /console/joint-scans/list", "POST /console/cases/{case_id}/files",
}  # fmt: skip


class Body:
    """A body in pieces, which knows how much of it was read."""

    def __init__(self, size, begins=b"", filled=b" "):
        self.size, self.read, self._begins, self._filled = size, 0, begins, filled

    async def __aiter__(self):
        for at in range(0, self.size, PIECE):
            piece = self._begins[at : at + PIECE].ljust(min(PIECE, self.size - at), self._filled)
            self.read += len(piece)
            yield piece


def holder(name):
    """A kind of client that the route lets in."""
    return next(kind for kind, held in SCOPES.items() if held & set(GUARDED[name]))


async def send(client, name, body, access_token=None, *, announced=False, **headers):
    request = request_of(client, name, access_token)
    request["headers"] |= headers | ({"Content-Length": str(body.size)} if announced else {})
    return await client.request(**request, content=body)


def test_every_route_is_guarded_and_takes_little_unless_it_says_so():
    assert all(isinstance(route, GuardedRoute) for route in ROUTES.values())
    assert {name for name, route in ROUTES.items() if route.most_bytes == OWN_LIMIT} == COUNT_THEMSELVES
    larger = {name: route.most_bytes for name, route in ROUTES.items() if route.most_bytes > SMALL_BYTES}
    bounded = {
        "POST /v1/deliveries", "POST /v1/inquiries:batch", "POST /v1/consents/{consent_id}/files",
        "POST /v1/admin/paper/{consent_id}/scans", "POST /v1/consent-imports", "POST /console/cards/-/release",
        "POST /console/watches/-/release",
        "POST /v1/supervisor-lists", "POST /v1/crosschecks/{check_id}/message", "POST /v1/crosschecks/{check_id}/audit",
        "POST /v1/cases/{case_id}/files", "POST /v1/joint-scans",
    }  # fmt: skip
    assert set(larger) == COUNT_THEMSELVES | bounded


@pytest.mark.parametrize("announced", [False, True], ids=["in pieces", "announced"])
@pytest.mark.parametrize("name", ROUTES)
async def test_a_body_of_30_megabytes_from_a_stranger_is_not_read(client, name, announced):
    body = Body(30 * MIB)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if name not in GUARDED else {}
    answer = await send(client, name, body, announced=announced, **headers)
    assert answer.status_code == 401 if name in GUARDED else answer.status_code < 500, answer.text
    assert body.read <= (0 if name in GUARDED or announced else SMALL_BYTES + PIECE)


@pytest.mark.parametrize("announced", [False, True], ids=["in pieces", "announced"])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
@pytest.mark.parametrize("name", TAKES_JSON)
async def test_json_is_no_larger_than_the_route_takes(client, kinds, name, beyond, announced):
    most = ROUTES[name].most_bytes
    body = Body(most + beyond, begins=b"[]")
    answer = await send(client, name, body, token(kinds, holder(name)), announced=announced)
    assert (answer.status_code == 413) == (beyond > 0), answer.text
    if beyond > 0:
        assert slug(answer) == "body-too-large"
        assert body.read <= (0 if announced else most + PIECE)


@pytest.mark.parametrize("beyond", [-1, 0, 1])
@pytest.mark.parametrize("name", TAKES_FILES)
async def test_a_file_is_no_larger_than_the_setting(client, kinds, monkeypatch, name, beyond):
    monkeypatch.setitem(kinds.settings.__dict__, "max_upload_bytes", 3 * PIECE)
    await agency(kinds, "market_regulation")
    access = token(kinds, "agency", client_id="market_regulation", sub="market_regulation")
    body = Body(3 * PIECE + beyond, filled=b"\n")
    request = request_of(client, name, access)
    answer = await client.request(**request, params={"reason": "报错了"}, content=body)
    assert (answer.status_code == 413) == (beyond > 0), answer.text


@pytest.mark.parametrize("begins", [b"[", b'{"a":', b'{"\\"[[[":[{"b":', b'["' + b"\\\\" * 200 + b'",['])
@pytest.mark.parametrize("name", TAKES_JSON)
async def test_json_that_never_stops_opening_is_refused(client, kinds, name, begins):
    whole = begins * ((ROUTES[name].most_bytes - 10) // len(begins))
    answer = await send(client, name, Body(len(whole), begins=whole), token(kinds, holder(name)))
    assert answer.status_code == 400
    assert [told["name"] for told in answer.json()["invalid_params"]] == ["body"]


@pytest.mark.parametrize("name", TAKES_JSON)
async def test_no_text_of_a_json_body_holds_nul(client, kinds, name):
    whole = b'{"a": [{"\\\\\\u0000": 1}]}'
    answer = await send(client, name, Body(len(whole), begins=whole), token(kinds, holder(name)))
    assert answer.status_code == 400
    assert "NUL" in answer.json()["detail"]
    harmless = b'{"a": "\\\\u0000"}'  # a backslash and five letters
    answer = await send(client, name, Body(len(harmless), begins=harmless), token(kinds, holder(name)))
    assert "NUL" not in answer.text


@pytest.mark.parametrize("name", TAKES_JSON)
async def test_no_object_of_a_json_body_names_a_member_twice(client, kinds, name):
    twice = b'{"purpose": 1, "purpose": 1}'
    for whole in (twice, codecs.BOM_UTF8 + twice, b'[{"a": [{"x": 1, "\\u0078": {}}]}]'):
        answer = await send(client, name, Body(len(whole), begins=whole), token(kinds, holder(name)))
        assert answer.status_code == 400
        [told] = answer.json()["invalid_params"]
        assert told["name"] in {"purpose", "x"}
        assert "出现了两次" in told["reason"]
    harmless = b'{"a": {"b": 1}, "b": "a"}'
    answer = await send(client, name, Body(len(harmless), begins=harmless), token(kinds, holder(name)))
    assert "出现了两次" not in answer.text


@pytest.mark.parametrize("name", TAKES_JSON)
async def test_a_member_whose_name_is_no_text_is_told_of(client, kinds, name):
    for half in (b'{"\\ud800": 1}', b'{"\\ud800": 1, "\\ud800": 2}'):
        answer = await send(client, name, Body(len(half), begins=half), token(kinds, holder(name)))
        assert answer.status_code in {400, 422}, answer.text


def test_the_interface_says_what_is_too_large():
    for name in TAKES_JSON:
        method, path = name.split()
        assert "413" in document()["paths"][path][method.lower()]["responses"], name


async def agency(gateway, client_id):
    async with gateway.database.begin("test.agency") as session:
        known = await session.get(Client, client_id)
    if known is None:
        await register(gateway, client_id, "agency")


@pytest.mark.parametrize("announced", [False, True], ids=["in pieces", "announced"])
async def test_a_large_body_of_an_agency_that_must_sign_is_refused_before_it_is_read(client, kinds, announced):
    await agency(kinds, "tax")
    async with kinds.units.begin("test.signing", OPERATOR) as work:
        await SetSigning(client="tax", required=True).apply(work, kinds.protector)
    kinds.access.expire()
    body = Body(30 * MIB)
    access = token(kinds, "agency", client_id="tax", sub="tax")
    name = "POST /v1/datasets/{dataset}/batches"
    request = request_of(client, name, access, dataset="tax_arrears")
    request["headers"] |= {"Content-Length": str(body.size)} if announced else {}
    answer = await client.request(**request, content=body)
    assert (answer.status_code, slug(answer)) == (400, "batch-signature-required")
    assert body.read == 0
