"""Three administrators who exclude each other: which role opens which page and route, and nobody holds two."""

from collections import defaultdict
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from gateway.app import create_app
from gateway.identity.clients.owners import bind_client
from gateway.identity.clients.registry import add_client, add_institution
from gateway.identity.clients.scopes import SCOPES
from gateway.people.invitations import invite
from gateway.people.roles import ROLES
from gateway.people.standing import set_standing
from gateway.runtime.denial import DeniedError
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR
from tests.identities import ask_token, assertion, register
from tests.identity.test_routes import GUARDED, find, is_for_people
from tests.identity.test_routes import ROUTES as ALL
from tests.persons import HOUSES, invited, signed_in

EVERYBODY, HANDS_IN = set(ROLES), {"system", "clerk"}
SEES_QUALITY = {"system", "auditor", "regulator", "clerk"}
PAGES = {
    "GET /console": EVERYBODY,
    "POST /console/sign-out": EVERYBODY,
    "POST /console/views": EVERYBODY,
    "POST /console/views/remove": EVERYBODY,
    "POST /oauth/authorize": EVERYBODY,
    "GET /console/catalogue": EVERYBODY,
    "GET /console/catalogue/{dataset}": EVERYBODY,
    "GET /console/catalogue/{dataset}/template.xlsx": EVERYBODY,
    "GET /console/changes/{change_id}": {"operator", "auditor"},
    "GET /console/operations": {"operator", "system"},
    "GET /console/scans": {"operator", "system"},
    "GET /console/movers": {"regulator", "auditor"},
    "GET /console/subjects/{subject}/network": {"regulator", "auditor"},
    "GET /console/risks": {"regulator", "auditor"},
    "GET /console/crosschecks": {"regulator", "auditor"},
    "POST /console/crosschecks": {"regulator", "auditor"},
    "POST /console/crosschecks/-/lists": {"regulator", "auditor"},
    "GET /console/crosschecks/-/lists/{list_id}": {"regulator", "auditor"},
    "GET /console/crosschecks/{check_id}": {"regulator", "auditor"},
    "POST /console/crosschecks/{check_id}/{decision}": {"regulator", "auditor"},
    "GET /console/subjects/{subject}/risks": {"regulator", "auditor"},
    "GET /console/cases": {"auditor", "office", "regulator"},
    "GET /console/cases/-/first": {"regulator"},
    "GET /console/cases/-/open": {"regulator"},
    "GET /console/cases/{case_id}": {"auditor", "office", "regulator"},
    "GET /console/cases/{case_id}/files/{sha256}": {"auditor", "office", "regulator"},
    "GET /console/credentials": {"staff"},
    "GET /console/joint-scans": {"staff"},
    "GET /console/joint-scans/{scan_id}": {"staff"},
    "GET /console/joint-scans/{scan_id}/found.{form}": {"staff"},
    "GET /console/risk-funnel": {"auditor", "regulator"},
    "GET /console/risk-funnel/enterprises": {"auditor", "regulator"},
    "GET /console/risk-lead": {"auditor", "regulator"},
    "GET /console/risk-lead/enterprises": {"auditor", "regulator"},
    "GET /console/risk-open": {"auditor", "regulator"},
    "GET /console/risk-trials": {"auditor", "regulator"},
    "GET /console/risk-trials/-/new": {"auditor", "regulator"},
    "GET /console/risk-trials/{trial_id}": {"auditor", "regulator"},
    "GET /console/risk-trials/{trial_id}/progress": {"auditor", "regulator"},
    "GET /console/risk-wall": {"auditor", "regulator"},
    "GET /console/risk-wall/now": {"auditor", "regulator"},
    "GET /console/risks/drift": {"auditor", "regulator"},
    "GET /console/risks/learned": {"auditor", "regulator"},
    "GET /console/warning-subscriptions": {"staff"},
    "GET /console/warning-subscriptions/{subscription_id}": {"staff"},
    "GET /console/warnings": {"staff"},
    "GET /console/warnings/{warning_id}": {"staff"},
    "GET /console/watches": {"auditor", "operator"},
    "GET /console/watches/-/release": {"operator"},
    "GET /console/watches/{number}": {"auditor", "operator"},
    "GET /console/watches/{number}/return": {"operator"},
    "POST /console/cases/-/first": {"regulator"},
    "POST /console/cases/-/open": {"regulator"},
    "POST /console/cases/{case_id}/files": {"office", "regulator"},
    "POST /console/cases/{case_id}/replay": {"auditor", "regulator"},
    "POST /console/cases/{case_id}/steps": {"office", "regulator"},
    "POST /console/credentials": {"staff"},
    "POST /console/joint-scans": {"staff"},
    "POST /console/joint-scans/list": {"staff"},
    "POST /console/risk-trials/-/new": {"auditor", "regulator"},
    "POST /console/warning-subscriptions": {"staff"},
    "POST /console/warning-subscriptions/list": {"staff"},
    "POST /console/warning-subscriptions/{subscription_id}/end": {"staff"},
    "POST /console/warnings/{warning_id}/seen": {"staff"},
    "POST /console/watches/-/release": {"operator"},
    "POST /console/watches/{number}/return": {"operator"},
    "GET /console/sites": {"regulator", "auditor"},
    "GET /console/sites/{site}": {"regulator", "auditor"},
    "GET /console/subjects/{subject}/tags": {"regulator", "auditor"},
    "GET /console/subjects/{subject}/tags/{tag}": {"regulator", "auditor"},
    "GET /console/tags": EVERYBODY,
    "GET /console/tags/{tag}": EVERYBODY,
    "GET /console/institutions": {"operator"},
    "GET /console/institutions/new": {"operator"},
    "POST /console/institutions/new": {"operator"},
    "GET /console/institutions/{institution_id}": {"operator"},
    "POST /console/institutions/{institution_id}/standing": {"operator"},
    "GET /console/institutions/{institution_id}/{act}": {"operator"},
    "POST /console/institutions/{institution_id}/{act}": {"operator"},
    "GET /console/institutions/{institution_id}/accounts/{client_id}": {"operator"},
    "POST /console/institutions/{institution_id}/accounts/{client_id}/standing": {"operator"},
    "POST /console/institutions/{institution_id}/accounts/{client_id}/keys/{kid}/retire": {"operator"},
    "GET /console/institutions/{institution_id}/accounts/{client_id}/{act}": {"operator"},
    "POST /console/institutions/{institution_id}/accounts/{client_id}/{act}": {"operator"},
    "GET /console/keys": {"operator"},
    "GET /console/agencies": {"operator"},
    "GET /console/agencies/{code}": {"operator"},
    "POST /console/agencies/{code}/standing": {"operator"},
    "GET /console/sources/{source_id}": {"system"},
    "POST /console/keys/{purpose}/{act}": {"operator"},
    "GET /console/platforms": {"system"},
    "GET /console/deliveries": {"system"},
    "GET /console/deliveries/{delivery_id}": {"system"},
    "POST /console/deliveries/{delivery_id}/retry": {"system"},
    "GET /console/changes": {"operator", "auditor"},
    "POST /console/changes/{change_id}/{decision}": {"operator", "auditor"},
    "GET /console/clients": {"operator"},
    "GET /console/signatories": {"operator", "auditor"},
    "GET /console/search": EVERYBODY,
    "GET /console/waiting": EVERYBODY,
    "GET /console/waiting/count": EVERYBODY,
    "GET /console/overview": {"regulator", "auditor"},
    "GET /console/wall": {"regulator", "auditor"},
    "GET /console/wall/now": {"regulator", "auditor"},
    "POST /console/enterprise/signatories/people/{person_id}/{decision}": {"owner"},
    "GET /console/account": EVERYBODY,
    "POST /console/account/notice": EVERYBODY,
    "POST /console/account/sessions": EVERYBODY,
    "GET /console/account/password": EVERYBODY,
    "POST /console/account/password": EVERYBODY,
    "GET /console/account/device": EVERYBODY,
    "POST /console/account/device": EVERYBODY,
    "GET /console/people": {"operator"},
    "GET /console/people/{person_id}": {"operator"},
    "POST /console/people/{person_id}/{act}": {"operator"},
    "GET /console/people/-/invite": {"operator"},
    "POST /console/people/-/invite": {"operator"},
    "GET /console/people/-/invitations/{change_id}": {"operator", "auditor"},
    "GET /console/recovery-codes": EVERYBODY,
    "POST /console/recovery-codes": EVERYBODY,
    "GET /console/sources": {"system"},
    "POST /console/sources/{source_id}/{act}": {"system"},
    "GET /console/uploads": HANDS_IN,
    "POST /console/uploads": HANDS_IN,
    "GET /console/uploads/{batch_id}": HANDS_IN,
    "GET /console/uploads/{batch_id}/rejected-rows": HANDS_IN,
    "GET /console/quality": SEES_QUALITY,
    "GET /console/quality/{agency}": SEES_QUALITY,
}
PAGES["GET /console/catalogue/{dataset}/schema.json"] = EVERYBODY
# Under each of these addresses every page is for the role that it is the home of.
HOMES = {
    "audit": "auditor", "enterprise": "owner", "desk": "staff", "ask": "staff", "ask-many": "staff",
    "inquiries": "staff", "consents": "staff", "quota": "staff", "usage-results": "staff", "webhooks": "staff",
}  # fmt: skip
PAGES |= {name: HANDS_IN for name in ALL if "/" in name and name.split("/")[1:2] == ["console"]
          and name.split("/")[2:3] in (["feeds"], ["held"], ["corrections"], ["templates"], ["uploads"])}  # fmt: skip
PAGES |= {name: {HOMES[name.split("/")[2]]} for name in ALL if name.count("/") > 1 and name.split("/")[2] in HOMES
          and name.split("/")[1] == "console"}  # fmt: skip
PAGES |= {name: {"operator"} for name in ALL if name.split("/")[1:3] == ["console", "paper"]}
PAGES |= {
    f"GET /console/{page}": {"operator", "auditor", "staff"}
    for page in ("consents/-/templates", "consents/-/templates/{template}", "abnormal-use", "costs")
}
PAGES |= {f"GET /console/{page}": {"clerk", "operator", "auditor"}
          for page in ("objections", "matches", "matches/{proposal_id}")}  # fmt: skip
PAGES["POST /console/matches/{proposal_id}/{decision}"] = {"clerk", "operator"}
PAGES |= {
    f"{verb} /console/{page}": {"operator"} for verb in ("GET", "POST") for page in ("costs/{product}", "rates/set")
}
PAGES |= {"GET /console/rates": {"operator"}}
PAGES |= {f"GET /console/{page}": {"operator", "auditor"} for page in ("providers", "providers/{provider}")}
PAGES |= {
    f"{verb} /console/providers/{page}": {"operator"} for verb in ("GET", "POST")
    for page in ("-/register", "-/join", "{provider}/{deed}")
}  # fmt: skip
PAGES |= {f"GET /console/{page}": {"operator", "auditor"} for page in ("cards", "cards/{number}")}
PAGES |= {
    f"{verb} /console/cards/{page}": {"operator"} for verb in ("GET", "POST")
    for page in ("-/release", "{number}/return")
}  # fmt: skip
PAGES |= {"POST /console/abnormal-use/{case_id}": {"operator"}, "GET /console/outputs": {"staff"},
          "GET /console/duty-bases": {"staff"},
          "GET /console/data-views": {"staff"}}  # fmt: skip
# Which of the three administrators a route lets in; every other one is for none of them.
ROUTES = {
    "GET /v1/watches": {"operator", "auditor"},
    "GET /v1/watches/{number}": {"operator", "auditor"},
    "GET /v1/scores/challenger": {"operator", "auditor"},
    "POST /v1/admin/changes": {"operator"},
    "POST /v1/admin/changes/{change_id}/{decision}": {"operator", "auditor"},
    "GET /v1/admin/changes": {"operator", "auditor"},
    "GET /v1/admin/changes/{change_id}/handover": {"operator", "auditor"},
    "GET /v1/admin/institutions": {"operator"},
    "POST /v1/admin/quota/reconcile": {"operator"},
    "GET /v1/consent-templates": {"operator", "auditor"},
    "GET /v1/consent-templates/{template}": {"operator", "auditor"},
    "GET /v1/admin/clients": {"operator"},
    "GET /v1/admin/signatories": {"operator", "auditor"},
    "GET /v1/admin/health": {"operator", "system"},
    "GET /v1/scores/movers": {"auditor"},
    "GET /v1/subjects/{uscc}/network": {"auditor"},
    "GET /v1/subjects/{uscc}/risks": {"auditor"},
    "GET /v1/risks": {"auditor"},
    "GET /v1/sites": {"auditor"},
    "GET /v1/sites/{site}": {"auditor"},
    "POST /v1/supervisor-lists": {"auditor"},
    "GET /v1/supervisor-lists": {"auditor"},
    "GET /v1/supervisor-lists/{list_id}": {"auditor"},
    "POST /v1/crosschecks": {"auditor"},
    "GET /v1/crosschecks": {"auditor"},
    "GET /v1/crosschecks/{check_id}": {"auditor"},
    "POST /v1/crosschecks/{check_id}/decision": {"auditor"},
    "POST /v1/crosschecks/{check_id}/audit": {"auditor"},
    "GET /v1/admin/deliveries": {"system", "auditor"},
    "GET /v1/admin/deliveries/{delivery_id}": {"system", "auditor"},
    "POST /v1/admin/deliveries/{delivery_id}/retry": {"system"},
    "GET /v1/waiting": {"operator", "system", "auditor"},
    "GET /v1/received": {"system", "auditor"},
    "GET /v1/quality": {"system", "auditor"},
    "GET /v1/alerts": {"system", "auditor"},
    "GET /v1/sources": {"system", "auditor"},
    "GET /v1/agencies/{code}/quality": {"system", "auditor"},
    "GET /v1/held-deliveries": {"system", "auditor"},
    "GET /v1/held-deliveries/{held_id}": {"system", "auditor"},
    "POST /v1/held-deliveries/{held_id}/{decision}": {"system"},
    "GET /v1/admin/abnormal-uses": {"operator", "auditor"},
    "GET /v1/open-objections": {"operator", "auditor"},
    "GET /v1/match-proposals": {"operator", "auditor"},
    "GET /v1/match-proposals/{proposal_id}": {"operator", "auditor"},
    "POST /v1/match-proposals/{proposal_id}/{decision}": {"operator"},
    "GET /v1/admin/output-policies": {"operator", "auditor"},
    "GET /v1/admin/quota/costs": {"operator", "auditor"},
    "GET /v1/admin/duty-bases": {"operator", "auditor"},
    "GET /v1/admin/data-views": {"operator", "auditor"},
    "GET /v1/admin/usage-report": {"operator", "auditor"},
    "GET /v1/admin/rates": {"operator", "auditor"},
    "GET /v1/admin/rates/{scope}/{scope_id}": {"operator", "auditor"},
    "GET /v1/cards": {"operator", "auditor"},
    "GET /v1/cards/{number}": {"operator", "auditor"},
    "GET /v1/admin/providers": {"operator", "auditor"},
    "GET /v1/admin/providers/days": {"operator", "auditor"},
    **{name: {"operator"} for name in GUARDED if name.split("/")[1:4] == ["v1", "admin", "paper"]},
}
VALUES = {
    "agency": "tax", "dataset": "tax_arrears", "source_id": "x", "act": "pause", "decision": "approve", "form": "csv",
    "code": "tax", "person_id": "one-auditor", "change_id": uuid4(), "institution_id": "house",
    "client_id": "nobody", "kid": "x",
    "purpose": "token", "product": "score", "provider": "five-force", "deed": "change", "number": "0",
}  # fmt: skip


def roles_of(name):
    """The roles that a page's guard names; all of them where it names none."""
    return find(ALL[name].dependant, lambda call: getattr(call, "roles", None)) or EVERYBODY


def test_every_page_for_people_has_a_row():
    assert {name for name, route in ALL.items() if is_for_people(route)} == set(PAGES)


@pytest.fixture(scope="module")
async def browsers(gateway):
    """One signed in for every role."""
    async with gateway.units.begin("test.house", OPERATOR) as work:
        await add_institution(work, institution_id="house", name="某行", kind="bank")
    async with AsyncExitStack() as stack:
        opened = {}
        for role in ROLES:
            transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
            browser = httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer)
            opened[role] = await stack.enter_async_context(browser)
            more = HOUSES.get(role, {})
            await signed_in(gateway, opened[role], f"one-{role}", role, **more)
        yield opened


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("GET /console")])
async def test_a_page_opens_for_its_roles_alone(browsers, name):
    path = name.partition(" ")[2].format_map(defaultdict(uuid4, VALUES))
    told = {role: await browser.get(path) for role, browser in browsers.items()}
    kept_out = {role for role, answer in told.items() if answer.status_code == 403 and "您的角色" in answer.text}
    assert set(ROLES) - kept_out == PAGES[name]
    assert all(answer.status_code < 500 for answer in told.values())


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("POST")])
def test_a_form_is_taken_from_its_roles_alone(name):
    assert roles_of(name) == PAGES[name]


def test_each_route_of_an_administrator_is_for_those_named():
    audit = {name for name, scopes in GUARDED.items() if "audit" in scopes} - set(ROUTES)
    every_client = {name for name, scopes in GUARDED.items() if all(held & set(scopes) for held in SCOPES.values())}
    assert all("/v1/catalogue" in name or name.endswith("/template.xlsx") for name in every_client)
    for name in set(GUARDED) - every_client:
        scopes = GUARDED[name]
        opened = {kind for kind in ("operator", "system", "auditor") if SCOPES[kind] & set(scopes)}
        assert opened == ROUTES.get(name, {"auditor"} if name in audit else set()), name
    assert not SCOPES["operator"] & SCOPES["system"] | SCOPES["operator"] & SCOPES["auditor"]


@pytest.mark.parametrize("role", ["system", "auditor"])
async def test_nobody_holds_two_offices(gateway, role):
    name = f"王芳 {role}"
    async with gateway.units.begin("test.invite", MACHINE) as work:
        await invite(work, person_id=f"wang-{role}", name=name, role="operator")
    for second in (role, "operator"):  # neither another office, nor a second vote in the same one
        with pytest.raises(DeniedError, match="nobody holds two"):
            async with gateway.units.begin("test.invite", MACHINE) as work:
                await invite(work, person_id=f"wang-{role}-2", name=name, role=second)
    with pytest.raises(DeniedError, match="has another role"):
        await invited(gateway, f"wang-{role}", role)
    for kind in (role, "account"):
        with pytest.raises(DeniedError):
            async with gateway.units.begin("test.client", MACHINE) as work:
                await add_client(
                    work, client_id=f"of-wang-{kind}", kind=kind, jwk=public_jwk(generate_key("ES256")),
                    institution_id=None, person=f"wang-{role}",
                )  # fmt: skip


@pytest.mark.parametrize("kind", ["operator", "system"])
async def test_an_administrators_client_belongs_to_a_person(gateway, kind):
    with pytest.raises(DeniedError, match="invite them first"):
        async with gateway.units.begin("test.client", MACHINE) as work:
            key = public_jwk(generate_key("ES256"))
            await add_client(work, client_id=f"nobodys-{kind}", kind=kind, jwk=key, institution_id=None)


async def test_a_client_stops_with_its_person(gateway, client):
    key = await register(gateway, "leaving", "operator")
    issuer = gateway.settings.issuer
    assert (await ask_token(client, assertion(key, "leaving", issuer))).status_code == 200
    async with gateway.units.begin("test.standing", MACHINE) as work:
        await set_standing(work, person_id="leaving", status="suspended")
    assert (await ask_token(client, assertion(key, "leaving", issuer))).status_code == 400


async def test_a_client_from_before_is_bound_to_its_person(gateway):
    await register(gateway, "older", "operator")
    async with gateway.database.begin("test.before") as session:
        await session.execute(text("UPDATE client SET person_id = NULL WHERE client_id = 'older'"))
    with pytest.raises(DeniedError, match="nobody holds two"):
        async with gateway.units.begin("test.bind", MACHINE) as work:
            await bind_client(work, client_id="older", person="auditor")
    async with gateway.units.begin("test.bind", MACHINE) as work:
        await bind_client(work, client_id="older", person="older")
