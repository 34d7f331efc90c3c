"""The reader of the interface loads nothing from elsewhere, and the signing page shows what a client really signs."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

from connectors.model.statements import check_batch_jws
from gateway.overview.signing_example import FILE, PRIVATE, signed_examples
from signing.canonical import sha256_hex
from signing.jws import import_public
from tests.processes import PATIENCE_SECONDS

EXAMPLE = Path(__file__).parents[2] / "examples" / "sign_requests.py"


async def test_the_reader_runs_our_own_scripts_alone(client):
    shown = await client.get("/docs")
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    assert "unsafe" not in shown.headers["content-security-policy"]
    for place in re.findall(r'(?:href|src)="([^"#]+)"', shown.text):
        assert place.startswith("/")
        assert (await client.get(place, follow_redirects=True)).status_code == 200, place


async def test_without_scripts_it_leads_to_the_page_without(client):
    shown = (await client.get("/docs")).text
    assert 'href="/reference"' in shown.partition("<noscript>")[2].partition("</noscript>")[0]


def test_the_worked_example_is_what_a_program_written_apart_makes():
    printed = subprocess.run(
        [sys.executable, EXAMPLE], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    )
    assert {one.name: one.value for one in signed_examples()} == json.loads(printed.stdout)


async def test_the_signing_page_shows_each_value_whole(client):
    shown = unescape((await client.get("/docs/signing")).text)
    assert all(one.value in shown and one.claims in shown for one in signed_examples())


def test_the_gateway_takes_the_signature_of_the_example():
    batch = next(one for one in signed_examples() if one.name == "batch")
    public = {name: PRIVATE[name] for name in ("kty", "crv", "x")}
    key = {**public, "kid": import_public(public).thumbprint()}
    check_batch_jws(batch.value, [key], "tax_arrears", "2026-11-27-1", sha256_hex(FILE.encode()))
