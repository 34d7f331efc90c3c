"""Clients of other people's making work unchanged, over real HTTP, with and without nonces."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pyotp
import pytest
import requests
from requests_oauth2client import DPoPKey, OAuth2Client, OAuth2ClientCredentialsAuth, PrivateKeyJwt

from signing.keys import private_bytes
from tests.persons import PASSWORD
from tests.processes import PATIENCE_SECONDS
from tests.town import instance

FOLDER = Path(__file__).parent / "node"
BACK = "https://app.bank.example/back"


@pytest.fixture(scope="module", params=["plain", "nonce"])
def served(request, socket_folder, tmp_path_factory):
    """A gateway with one bank whose application may send people, and one of its tellers signed in."""
    folder = tmp_path_factory.mktemp("clients")
    more = {"XINQIAO_DPOP_NONCE": "true"} if request.param == "nonce" else {}
    with instance(socket_folder, folder, "gateway", **more) as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        gateway.add("account", "bank-1", "--institution", "bank")
        gateway.cli("account", "limit", "bank-1", "--redirect-uri", BACK)
        invited = json.loads(
            gateway.cli(
                "person", "invite", "teller", "--name", "柜员", "--role", "staff", "--institution", "bank", "--json"
            )
        )
        yield gateway, sign_in(gateway.issuer, invited["link"]), request.param


def sign_in(issuer, link):
    """Take up the invitation and return the cookie."""
    with httpx.Client(base_url=issuer, headers={"Origin": issuer}) as browser:
        secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.get(link).text)[1]
        now = pyotp.TOTP(secret)
        form = {"token": link.split("token=")[1], "password": PASSWORD, "again": PASSWORD, "code": now.now()}
        assert "恢复码" in browser.post("/console/enrol", data=form).text
        # The next step's code, which is accepted early: the one of now was used to enrol.
        form = {"person": "teller", "password": PASSWORD, "code": now.at(time.time() + 30)}
        assert browser.post("/console/sign-in", data=form).status_code == 303
        return f"xinqiao-session={browser.cookies['xinqiao-session']}"


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """The packages, installed from the lock file beside the scripts' copies."""
    if not shutil.which("npm"):
        pytest.skip("Node 20 or later is not installed: the clients in JavaScript are not tried")
    folder = tmp_path_factory.mktemp("node")
    for file in FOLDER.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def key_file(served, tmp_path):
    path = tmp_path / "bank-1.json"
    path.write_bytes(private_bytes(served[0].keys["bank-1"]))
    return str(path)


def run(node, script, *arguments):
    done = subprocess.run(
        ["node", script, *arguments], cwd=node, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_oauth4webapi_goes_all_the_way(served, node, key_file):
    gateway, cookie, mode = served
    steps = run(node, "run_oauth4webapi.js", gateway.issuer, "bank-1", key_file, cookie, BACK)
    assert [step for step in steps if step != "nonce"] == [
        "token dpop inquiries", "resource 200", "active true", "active false", "code dpop", "subject person:teller",
    ]  # fmt: skip
    assert ("nonce" in steps) == (mode == "nonce")


def test_openid_client_goes_its_way(served, node, key_file):
    steps = run(node, "run_openid_client.js", served[0].issuer, "bank-1", key_file)
    assert steps == ["token dpop", "resource 200", "active true", "active false"]


def test_requests_oauth2client_goes_its_way(served):
    gateway, _, _ = served
    key = {**json.loads(private_bytes(gateway.keys["bank-1"])), "alg": "ES256"}
    client = OAuth2Client.from_discovery_endpoint(
        f"{gateway.issuer}/.well-known/oauth-authorization-server", issuer=gateway.issuer,
        auth=PrivateKeyJwt("bank-1", key, aud=gateway.issuer), testing=True,
    )  # fmt: skip
    auth = OAuth2ClientCredentialsAuth(client, dpop=True, dpop_key=DPoPKey.generate())
    answer = requests.get(f"{gateway.issuer}/v1/quota", auth=auth, timeout=30)
    assert answer.status_code == 200, answer.text
    assert client.introspect_token(auth.token)["active"]
