"""A served instance with one bank that may ask about one enterprise, and what makes its requests."""

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.__main__ import app
from gateway.demo.command_line import CommandLine
from gateway.demo.enterprises import SHOES, registrations, uscc
from gateway.demo.instance import Instance
from signing.jws import sign_jws
from xinqiao_client import XinqiaoAuth

BODY = json.dumps({"subject": uscc(SHOES), "product": "score", "purpose": "pre_loan"}).encode()


def authoriser(instance: Instance) -> Callable[[], str]:
    """Return what makes the header fields of a request: the bank's token, and a proof of its own for each."""
    auth = XinqiaoAuth(instance.issuer, "bank-1", instance.keys["bank-1"].jwk)
    httpx.get(f"{instance.issuer}/v1/quota", auth=auth).raise_for_status()

    def authorise() -> str:
        request = httpx.Request("POST", f"{instance.issuer}/v1/inquiries")
        next(auth.auth_flow(request))
        return f"Authorization: {request.headers['Authorization']}\r\nDPoP: {request.headers['DPoP']}\r\n"

    return authorise


def prepare(folder: Path, around_start: AbstractContextManager[None] | None = None) -> Instance:
    """Serve an instance whose bank may ask about one enterprise; the service is started within `around_start`."""
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": "8731", "XINQIAO_ISSUER": "http://127.0.0.1:8731",
           "XINQIAO_LOG_LEVEL": "WARNING"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", env["XINQIAO_ISSUER"], folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    instance.cli("institution", "add", "bank", "--name", "bank")
    instance.add("account", "bank-1", "--institution", "bank")
    instance.add("agency", "market_regulation")
    instance.add("signatory", "boss", "--subject", uscc(SHOES))
    for scope, holder in (("account", "bank-1"), ("institution", "bank")):
        instance.cli("quota", "set", holder, "--scope", scope, "--day", "100000000", "--month", "100000000")
        for measure in ("rate", "burst"):  # one bank asks more here than any does
            instance.cli(
                "quota",
                "rate",
                holder,
                "--scope",
                scope,
                "--measure",
                measure,
                "--most",
                "1000000",
                "--reason",
                "测量 measured",
            )
    with around_start or nullcontext():
        instance.start("serve")
    instance.wait_up()
    instance.push("market_regulation", "ent_registration", registrations())
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    terms = {"subject": uscc(SHOES), "products": ["score"], "purpose": "pre_loan", "valid_until": until}
    consent = instance.post("bank-1", "/v1/consents", terms).json()
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    approval = sign_jws(claims, instance.keys["boss"], APPROVAL_TYPE)
    instance.post("boss", f"/v1/consents/{consent['consent']}/approve", {"approval": approval})
    return instance
