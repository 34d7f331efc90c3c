"""Over two worker processes: what one of them is told holds in the other, within the bound that is stated."""

import time
from uuid import uuid4

import httpx
import pytest

from gateway.identity.clients.access import BOUND_SECONDS
from tests.enterprises import uscc
from tests.identities import assertion, form
from tests.town import instance

TRIES = 40


@pytest.fixture(scope="module")
def gateway(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    with instance(socket_folder, folder, "gateway", XINQIAO_WORKERS="2") as made, made.run("serve"):
        made.cli("institution", "add", "bank", "--name", "某银行")
        made.add("account", "bank-1", "--institution", "bank")
        made.cli("quota", "set", "bank-1", "--day", "1000", "--month", "1000")
        yield made


def over_all(auth, url):
    """Ask over many connections, so that both workers are met; return the statuses."""
    statuses = []
    for _ in range(TRIES):
        with httpx.Client(auth=auth) as client:
            statuses.append(client.get(url).status_code)
    return statuses


class Held(httpx.Auth):
    """Keeps to one token, whatever is answered."""

    def __init__(self, auth):
        self.auth = auth

    def auth_flow(self, request):
        yield next(self.auth.auth_flow(request))


def test_a_revoked_token_is_out_in_both_workers_within_the_bound(gateway):
    client = gateway.client("bank-1")
    assert client.get("/v1/quota").status_code == 200
    auth, url = client._auth, f"{gateway.issuer}/v1/quota"
    token = auth._token
    assert set(over_all(Held(auth), url)) == {200}
    filled = {**form(assertion(gateway.keys["bank-1"], "bank-1", gateway.issuer)), "token": token}
    del filled["grant_type"]
    assert httpx.post(f"{gateway.issuer}/oauth/revoke", data=filled).status_code == 200
    time.sleep(BOUND_SECONDS)
    assert set(over_all(Held(auth), url)) == {401}


def test_a_suspended_institution_asks_nothing_more_and_reads_nothing_after_the_bound(gateway):
    gateway.close()
    client = gateway.client("bank-1")
    question = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}

    def ask():
        answer = client.post("/v1/inquiries", json=question, headers={"Idempotency-Key": str(uuid4())})
        return answer.json()["title"]

    assert ask() in {"subject not found", "consent required"}
    gateway.cli("institution", "suspend", "bank", "--reason", "complaint")
    assert {ask() for _ in range(TRIES)} == {"institution suspended"}
    time.sleep(BOUND_SECONDS)
    auth = client._auth
    assert set(over_all(Held(auth), f"{gateway.issuer}/v1/quota")) == {403}
    gateway.cli("institution", "resume", "bank", "--reason", "settled")
    time.sleep(BOUND_SECONDS)
    assert set(over_all(Held(auth), f"{gateway.issuer}/v1/quota")) == {200}
