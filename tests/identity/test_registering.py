"""Registering without a door: what is kept, what its event says, and each refusal at its bound."""

import asyncio
import base64
import json
from datetime import UTC, date, datetime

import pytest
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import text

from gateway.identity.clients.client_keys import add_key, retire_key
from gateway.identity.clients.registry import add_client, add_institution, read_public_key, read_uscc, set_agreement
from gateway.identity.tables import Client, ClientKey, Institution
from gateway.people.invitations import invite
from gateway.runtime.denial import DeniedError
from signing.canonical import canonical_digest
from signing.keys import generate_key, public_jwk
from tests.actors import OPERATOR
from tests.enterprises import uscc

NEXT = public_jwk(generate_key("ES256"))
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture(scope="module")
def public():
    return public_jwk(generate_key("ES256"))


@pytest.fixture
async def work(gateway):
    """A unit of work that a test's end undoes."""
    async with gateway.units.begin("test.registry", OPERATOR) as opened:
        yield opened
        await opened.session.rollback()


async def event(work, event_id):
    """Return what stands in an event's columns, and its payload."""
    query = text("SELECT type, institution, account, outcome FROM audit_event WHERE event_id = :id")
    row = (await work.session.execute(query, {"id": event_id})).one()
    return tuple(row), json.loads((await work.recorder.find_payload(work.session, event_id))["payload"])


async def test_an_institution_is_kept_with_its_agreement_and_told_to_the_log(work):
    await add_institution(work, institution_id="bank-a", name="甲行", kind="guarantee", agreement=(FIRST, LAST))
    row = await work.session.get(Institution, "bank-a", populate_existing=True)
    assert (row.name, row.class_, row.status, row.created_at) == ("甲行", "guarantee", "active", work.now)
    assert (row.agreement_from, row.agreement_until) == (FIRST, LAST)
    told, payload = await event(work, row.event_id)
    assert told == ("institution.added", "bank-a", None, "active")
    assert payload == {"name": "甲行", "class": "guarantee", "from": "2026-01-01", "until": "2026-12-31"}


async def test_an_agreement_is_set_open_at_either_end_and_never_backwards(work):
    await add_institution(work, institution_id="bank-a", name="甲行", kind="bank")
    for agreement in ((None, None), (FIRST, None), (None, LAST), (FIRST, FIRST)):
        await set_agreement(work, institution_id="bank-a", agreement=agreement)
        row = await work.session.get(Institution, "bank-a", populate_existing=True)
        assert (row.agreement_from, row.agreement_until) == agreement
    query = text("SELECT event_id FROM audit_event WHERE type = 'institution.agreement' ORDER BY event_id DESC LIMIT 1")
    told, payload = await event(work, (await work.session.execute(query)).scalar_one())
    assert told == ("institution.agreement", "bank-a", None, "set")
    assert payload == {"from": "2026-01-01", "until": "2026-01-01"}
    with pytest.raises(DeniedError, match="ends before it begins"):
        await set_agreement(work, institution_id="bank-a", agreement=(LAST, FIRST))
    with pytest.raises(DeniedError, match="no institution bank-z"):
        await set_agreement(work, institution_id="bank-z", agreement=(FIRST, LAST))


async def test_a_client_is_kept_with_its_key_and_told_to_the_log(work, public):
    begins = datetime(2026, 12, 1, tzinfo=UTC)
    await add_institution(work, institution_id="bank-a", name="甲行", kind="bank")
    await add_client(
        work, client_id="account-a", kind="account", jwk=public, institution_id="bank-a", not_before=begins
    )
    row = await work.session.get(Client, "account-a", populate_existing=True)
    assert (row.kind, row.institution_id, row.subject, row.person_id) == ("account", "bank-a", None, None)
    assert (row.status, row.created_at) == ("active", work.now)
    key = await work.session.get(ClientKey, ("account-a", public["kid"]), populate_existing=True)
    assert (key.status, key.created_at, key.not_before, key.event_id) == ("active", work.now, begins, row.event_id)
    assert key.public == read_public_key(public)
    told, payload = await event(work, row.event_id)
    assert told == ("client.added", "bank-a", "account-a", "active")
    assert payload == {
        "client": "account-a", "kind": "account", "subject": None, "person": None, "kid": public["kid"],
        "key": canonical_digest(key.public), "not_before": begins.isoformat(),
    }  # fmt: skip


async def test_a_signatory_acts_for_an_enterprise_and_an_operator_is_a_person(work, public):
    await add_client(work, client_id="s-a", kind="signatory", jwk=public, institution_id=None, subject=uscc(7))
    row = await work.session.get(Client, "s-a", populate_existing=True)
    assert (row.subject, row.person_id, row.institution_id) == (uscc(7), None, None)
    told, payload = await event(work, row.event_id)
    assert told == ("client.added", None, None, "active")
    assert (payload["subject"], payload["not_before"]) == (uscc(7), None)
    await invite(work, person_id="op-a", name="甲", role="operator")
    await invite(work, person_id="op-b", name="乙", role="operator")
    for client, person, owner in (("op-a", None, "op-a"), ("desk-b", "op-b", "op-b")):
        own = public_jwk(generate_key("ES256"))
        await add_client(work, client_id=client, kind="operator", jwk=own, institution_id=None, person=person)
        row = await work.session.get(Client, client, populate_existing=True)
        assert (row.person_id, row.subject) == (owner, None)
        assert (await event(work, row.event_id))[1]["person"] == owner


@pytest.mark.parametrize("taken", ["a" * 63, "a0", "0._-"])
async def test_an_id_of_two_to_63_characters_is_one_and_is_given_once(work, public, taken):
    await add_institution(work, institution_id=taken, name="甲行", kind="bank")
    await add_client(work, client_id=taken, kind="platform", jwk=public, institution_id=None)
    with pytest.raises(DeniedError, match="the institution"):
        await add_institution(work, institution_id=taken, name="乙行", kind="bank")
    with pytest.raises(DeniedError, match="the client"):
        await add_client(work, client_id=taken, kind="auditor", jwk=public, institution_id=None)


@pytest.mark.parametrize("odd", ["a" * 64, "a", "", "-a", "A0", "甲乙", "a b"])
async def test_what_is_no_id_is_refused(work, public, odd):
    with pytest.raises(DeniedError, match="is no id"):
        await add_institution(work, institution_id=odd, name="甲行", kind="bank")
    with pytest.raises(DeniedError, match="is no id"):
        await add_client(work, client_id=odd, kind="agency", jwk=public, institution_id=None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "guest"}, "no kind of client"),
        ({"kind": "account"}, "belongs to an institution"),
        ({"kind": "account", "institution_id": "nobody"}, "xinqiao institution list"),
        ({"kind": "agency", "institution_id": "nobody"}, "belongs to an institution"),
        ({"kind": "signatory"}, "a signatory acts for an enterprise"),
        ({"kind": "agency", "person": "op-a"}, "belongs to no person"),
        ({"kind": "operator"}, "invite them first"),
    ],
)
async def test_a_client_that_belongs_to_nobody_it_may_belong_to_is_refused(work, public, changes, reason):
    with pytest.raises(DeniedError, match=reason):
        await add_client(work, **{"client_id": "x-1", "jwk": public, "institution_id": None, **changes})


async def test_a_class_of_institutions_is_one_of_four(work):
    with pytest.raises(DeniedError, match="no class of institution"):
        await add_institution(work, institution_id="shop", name="店", kind="shop")


def test_a_key_goes_by_the_name_it_has_else_by_its_thumbprint_and_never_shows_more_than_its_public_half():
    key = ECKey.generate_key("P-256")
    bare = key.as_dict(private=False)
    assert read_public_key(bare)["kid"] == key.thumbprint()
    assert read_public_key({**bare, "kid": "mine"})["kid"] == "mine"
    assert set(read_public_key({**bare, "use": "sig"})) <= {"kty", "crv", "x", "y", "kid", "use"}
    with pytest.raises(DeniedError, match="this is a private key"):
        read_public_key(key.as_dict(private=True))
    for broken in ({}, {"kty": "EC"}, {"kty": "oct", "k": "AAAA"}, {**bare, "x": 3}, {**bare, "crv": "P-384"}):
        with pytest.raises(DeniedError, match="no public JWK"):
            read_public_key(broken)


def test_an_enterprise_is_named_by_its_unified_code_alone():
    assert read_uscc(uscc(3).lower()) == uscc(3)
    for odd in (None, "", "330300123456789", uscc(3)[:-1]):
        with pytest.raises(DeniedError, match="unified social credit code"):
            read_uscc(odd)


@pytest.mark.parametrize("what", ["institution", "client"])
async def test_an_id_asked_for_several_times_at_once_is_given_once_and_the_others_are_told(gateway, public, what):
    async def ask():
        async with gateway.units.begin("test.at-once", OPERATOR) as work:
            if what == "institution":
                await add_institution(work, institution_id="at-once", name="甲行", kind="bank")
            else:
                await add_client(work, client_id="at-once", kind="platform", jwk=public, institution_id=None)

    ends = await asyncio.gather(*(ask() for _ in range(4)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["DeniedError"] * 3 + ["NoneType"]


async def test_an_agency_is_one_of_the_catalogue_and_the_nearest_codes_are_told(work):
    public = public_jwk(generate_key("ES256"))
    with pytest.raises(DeniedError, match="no agency market_regulaton; the nearest are market_regulation"):
        await add_client(work, client_id="market_regulaton", kind="agency", jwk=public, institution_id=None)
    with pytest.raises(DeniedError, match="there is no agency zzzz"):
        await add_client(work, client_id="zzzz", kind="agency", jwk=public, institution_id=None)
    await add_client(work, client_id="market_regulation", kind="agency", jwk=public, institution_id=None)


def with_leading_zeros(public):
    """Return the same RSA key in another spelling."""
    number = base64.urlsafe_b64decode(public["n"] + "==")
    return {**public, "n": base64.urlsafe_b64encode(b"\0\0\0" + number).rstrip(b"=").decode()}


@pytest.mark.parametrize("key", [generate_key("ES256"), generate_key("Ed25519"), RSAKey.generate_key(2048)])
async def test_a_public_key_belongs_to_one_client_for_good(work, key):
    """Whatever kind the other is, under whatever name, in whatever spelling, and after it was retired."""
    public = key.as_dict(private=False) if isinstance(key, RSAKey) else public_jwk(key)
    await add_client(work, client_id="p-1", kind="platform", jwk=public, institution_id=None)
    others = [public, {**public, "kid": "mine"}, *([with_leading_zeros(public)] if "n" in public else [])]
    await add_institution(work, institution_id="bank-a", name="甲行", kind="bank")
    await invite(work, person_id="op-a", name="甲", role="operator")
    for other in others:
        for kind, more in (
            ("account", {"institution_id": "bank-a"}), ("agency", {}), ("signatory", {"subject": uscc(7)}),
            ("platform", {}), ("auditor", {}), ("operator", {"person": "op-a"}),
        ):  # fmt: skip
            name = "tax" if kind == "agency" else f"x-{kind}"
            with pytest.raises(DeniedError, match="registered before, for p-1"):
                await add_client(
                    work, **{"client_id": name, "kind": kind, "jwk": other, "institution_id": None, **more}
                )
    await add_client(work, client_id="p-2", kind="platform", jwk=NEXT, institution_id=None)
    await retire_key(work, client_id="p-1", kid=read_public_key(public)["kid"])
    for client in ("p-1", "p-2"):
        for other in others:
            with pytest.raises(DeniedError, match="registered before, for p-1"):
                await add_key(work, client_id=client, jwk=other, overlap_hours=1)


async def test_a_key_that_two_register_at_once_under_two_names_is_of_one(gateway):
    public = public_jwk(generate_key("ES256"))

    async def ask(number):
        async with gateway.units.begin("test.at-once", OPERATOR) as work:
            await add_client(work, client_id=f"once-{number}", kind="platform", jwk=public, institution_id=None)

    ends = await asyncio.gather(*map(ask, range(4)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["DeniedError"] * 3 + ["NoneType"]
