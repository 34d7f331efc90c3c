"""Over two worker processes: what one of them is told holds in the other, within the bound that is stated."""

import time
from collections import defaultdict
from uuid import uuid4

import httpx
import psutil
import pytest

from gateway.identity.clients.access import BOUND_SECONDS
from tests.enterprises import uscc
from tests.identities import assertion, form
from tests.town import instance

WORKERS = 2
CONNECTIONS = 400  # more than enough to meet both, however the system shares them out


@pytest.fixture(scope="module")
def gateway(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    with instance(socket_folder, folder, "gateway", XINQIAO_WORKERS=f"{WORKERS}") as made, made.run("serve"):
        made.cli("institution", "add", "bank", "--name", "某银行")
        made.add("account", "bank-1", "--institution", "bank")
        made.cli("quota", "set", "bank-1", "--day", "1000", "--month", "1000")
        yield made


def worker_of(gateway, answer):
    """Return the process that holds the other end of the connection an answer came over."""
    here = answer.extensions["network_stream"].get_extra_info("client_addr")
    for worker in psutil.Process(gateway.processes["serve"].pid).children(recursive=True):
        if any(connection.raddr == here for connection in worker.net_connections("tcp")):
            return worker.pid
    raise AssertionError("no worker holds the connection")


def ask_each_worker(gateway, auth, method, path, **more):
    """Ask over new connections until every worker has answered; return the answers by worker."""
    answers = defaultdict(list)
    for _ in range(CONNECTIONS):
        with httpx.Client(base_url=gateway.issuer, auth=auth, timeout=60) as client:
            with client.stream(method, path, headers={"Idempotency-Key": str(uuid4())}, **more) as answer:
                worker = worker_of(gateway, answer)
                answer.read()
            answers[worker].append(answer)
        if len(answers) == WORKERS:
            return answers
    raise AssertionError(f"only met {list(answers)}")


def quota_statuses(gateway, auth):
    """Read the quota from each worker; return every status seen."""
    answers = ask_each_worker(gateway, auth, "GET", "/v1/quota")
    return {answer.status_code for of_worker in answers.values() for answer in of_worker}


class Held(httpx.Auth):
    """Keeps to one token, whatever is answered."""

    def __init__(self, auth):
        self.auth = auth

    def auth_flow(self, request):
        yield next(self.auth.auth_flow(request))


def test_a_revoked_token_is_out_in_both_workers_within_the_bound(gateway):
    client = gateway.client("bank-1")
    assert client.get("/v1/quota").status_code == 200
    auth = client._auth
    token = auth._token
    assert quota_statuses(gateway, Held(auth)) == {200}
    filled = {**form(assertion(gateway.keys["bank-1"], "bank-1", gateway.issuer)), "token": token}
    del filled["grant_type"]
    assert httpx.post(f"{gateway.issuer}/oauth/revoke", data=filled).status_code == 200
    time.sleep(BOUND_SECONDS)
    assert quota_statuses(gateway, Held(auth)) == {401}


def test_a_suspended_institution_asks_nothing_more_and_reads_nothing_after_the_bound(gateway):
    gateway.close()
    client = gateway.client("bank-1")
    assert client.get("/v1/quota").status_code == 200
    auth = client._auth
    question = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}

    def titles():
        answers = ask_each_worker(gateway, auth, "POST", "/v1/inquiries", json=question)
        return {answer.json()["title"] for of_worker in answers.values() for answer in of_worker}

    assert titles() <= {"subject not found", "consent required"}
    gateway.cli("institution", "suspend", "bank", "--reason", "complaint")
    assert titles() == {"institution suspended"}  # at once: inquiries read it inside their own transaction
    time.sleep(BOUND_SECONDS)
    assert quota_statuses(gateway, Held(auth)) == {403}
    gateway.cli("institution", "resume", "bank", "--reason", "settled")
    time.sleep(BOUND_SECONDS)
    assert quota_statuses(gateway, Held(auth)) == {200}
