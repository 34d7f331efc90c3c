"""A second host on the first one's database, keys and head store; nginx before both, as it is shipped."""

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.clients.test_nginx import browser, issue, log_in
from tests.enterprises import uscc
from tests.identities import assertion, form, proof
from tests.processes import free_port, ready, wait_until
from tests.town import everything, instance

pytestmark = pytest.mark.slow
SHIPPED = Path(__file__).parents[2] / "deploy/nginx/xinqiao.conf"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {shipped}
}}
"""


@contextmanager
def proxied(folder, port, hosts):
    """Run nginx with the shipped file, its examples replaced."""
    shipped = SHIPPED.read_text()
    for example, host in zip(("10.0.0.11:8000", "10.0.0.12:8000"), hosts, strict=True):
        shipped = shipped.replace(example, host.env["XINQIAO_HOST"] + ":" + host.env["XINQIAO_PORT"])
    shipped = shipped.replace("listen 443", f"listen 127.0.0.1:{port}").replace("gateway.example", "localhost")
    shipped = shipped.replace("/etc/xinqiao/clients-ca", f"{folder}/ca").replace("/etc/xinqiao", str(folder))
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, shipped=shipped))
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def second(first, home):
    """Another host of the instance: a home and a port of its own, the first one's database, KEK and head store."""
    home.mkdir()
    env = {
        **first.env, "HOME": str(home), "XINQIAO_HOME": str(home), "XINQIAO_PORT": str(free_port()),
        "XINQIAO_KEK": (first.home / "gateway/keys/kek").read_text(),
    }  # fmt: skip
    return replace(
        first, home=home, env=env, clients={}, processes={}, issuer=f"http://127.0.0.1:{env['XINQIAO_PORT']}"
    )


@pytest.fixture(scope="module")
def hosts(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hosts")
    with ExitStack() as stack:
        first = stack.enter_context(instance(
            socket_folder, folder, "gateway", XINQIAO_HEAD_STORE=str(folder / "head"), XINQIAO_HOST="127.0.0.1",
            XINQIAO_TRUSTED_PROXIES='["127.0.0.1"]',
        ))  # fmt: skip
        first.cli("institution", "add", "bank", "--name", "某银行")
        first.add("account", "bank-1", "--institution", "bank")
        first.add("agency", "market_regulation")
        other = second(first, folder / "second")
        stack.enter_context(everything(first, other))
        yield first, other


def token(host, issuer, keys, signed=None):
    key = keys["bank-1"]
    filled = form(signed or assertion(key, "bank-1", issuer))
    return httpx.post(f"{host}/oauth/token", data=filled, headers={"DPoP": proof(f"{issuer}/oauth/token", "POST")})


def test_what_was_used_at_one_host_is_refused_at_the_other(hosts):
    first, other = hosts
    signed = assertion(first.keys["bank-1"], "bank-1", first.issuer)
    taken = token(first.issuer, first.issuer, first.keys, signed)
    assert taken.status_code == 200, taken.text
    again = token(other.issuer, first.issuer, first.keys, signed)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")

    access = taken.json()["access_token"]
    address = f"{first.issuer}/v1/inquiries"  # what callers see: the issuer, whichever host answers
    headers = {"Authorization": f"DPoP {access}", "DPoP": proof(address, "POST", access)}
    asked = {"subject": uscc(9), "product": "score", "purpose": "pre_loan"}
    for host, status in ((other, 403), (first, 401)):  # no consent; a proof that was used
        answer = httpx.post(
            f"{host.issuer}/v1/inquiries", json=asked, headers={**headers, "Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith("invalid-dpop-proof")


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed: no TLS proxy is tried")
def test_behind_the_proxy_one_host_is_killed_and_the_other_goes_on(hosts, tmp_path):
    first, other = hosts
    authority = issue(tmp_path, "ca", authority=True)
    for name in ("server", "bank"):
        issue(tmp_path, name, authority)
    port = free_port()
    with proxied(tmp_path, port, hosts), browser(tmp_path, port, "bank") as bank:

        def up():
            try:
                return bank.get("/livez").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(up, "the proxy")
        assert bank.get("/metrics").status_code == 404
        assert bank.get("/readyz").status_code == 403
        answer = log_in(bank, first)
        assert answer.json()["token_type"] == "Bearer", answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert bank.get("/v1/quota", headers=headers).status_code == 200

        for process in first.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert [bank.get("/v1/quota", headers=headers).status_code for _ in range(6)] == [200] * 6
        assert log_in(bank, first).status_code == 200
        entries = first.rows("SELECT count(*) FROM audit_event")[0][0]
        wait_until(lambda: (first.rows("SELECT max(size) FROM audit_checkpoint")[0][0] or 0) >= entries, "all signed")
        assert ready(other.env | {"XINQIAO_ISSUER": other.issuer})[0] == 200
