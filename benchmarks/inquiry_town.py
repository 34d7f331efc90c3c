"""A town for the benchmark of inquiries: banks with an account each, enterprises on record, a consent for each pair.

What is measured is what asking costs, so all that comes before is made in one process: rows and tokens as the service
itself would make them.
"""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import quote
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey
from uuid_utils.compat import uuid7

from consent.decision import Consent
from consent.terms import Terms
from gateway.consents.life import OpenChange, make_change, request_consent
from gateway.demo.enterprises import enterprise
from gateway.identity.clients.registry import add_client, add_institution
from gateway.identity.tokens.access_tokens import Grant, mint
from gateway.identity.tokens.binding import Binding
from gateway.quota.plans import set_plan
from gateway.runtime.actor import Actor, at_this_machine
from gateway.runtime.instance import Instance, open_instance
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork
from signing.keys import generate_key, public_jwk

SCOPE = "inquiries consents usage-results"
PURPOSE = "pre_loan"


@dataclass(frozen=True)
class Size:
    """How many banks, how many enterprises on record, with how many enterprises each bank has a consent."""

    banks: int = 50
    enterprises: int = 500
    consents_each: int = 20


@dataclass
class Town:
    """Who may ask about whom, and tokens by bank: bound to one proof key, and to one certificate."""

    issuer: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    proven: dict[str, str] = field(default_factory=dict)
    certified: dict[str, str] = field(default_factory=dict)
    proof_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: str = ""

    def by_proof(self, seed: int = 0, path: str = "/v1/inquiries") -> Iterator[bytes]:
        """Yield requests with a DPoP proof each, signed when they are asked for."""
        return self.proven_requests(path, self._questions(seed))

    def proven_requests(self, path: str, bodies: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
        """Do the same for other bodies, each with the bank that sends it."""
        url = self.issuer + path
        jwk = ECKey.import_key(self.proof_key).as_dict(private=False)
        header = _b64(json.dumps({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}).encode())
        hashed = {bank: _b64(hashlib.sha256(token.encode()).digest()) for bank, token in self.proven.items()}
        for bank, body in bodies:
            claims = {
                "jti": uuid4().hex, "htm": "POST", "htu": url, "iat": int(time.time()), "ath": hashed[bank],
            }  # fmt: skip
            signed = f"{header}.{_b64(json.dumps(claims).encode())}"
            r, s = decode_dss_signature(self.proof_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
            proof = f"{signed}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
            yield _request(path, f"Authorization: DPoP {self.proven[bank]}\r\nDPoP: {proof}\r\n", body)

    def by_certificate(self, seed: int = 0, path: str = "/v1/inquiries") -> Iterator[bytes]:
        """Yield requests of connections whose certificate a proxy passes on."""
        for bank, body in self._questions(seed):
            lines = f"Authorization: Bearer {self.certified[bank]}\r\nClient-Cert: {self.certificate}\r\n"
            yield _request(path, lines, body)

    def bare(self) -> Iterator[bytes]:
        """Yield the same requests, prepared: nothing of them is looked at but the body."""
        some = [request for request, _ in zip(self.by_proof(), range(100), strict=False)]
        while True:
            yield from some

    def _questions(self, seed: int) -> Iterator[tuple[str, bytes]]:
        random = Random(seed)
        while True:
            bank, code = random.choice(self.pairs)
            yield bank, json.dumps({"subject": code, "product": "score", "purpose": PURPOSE}).encode()


def prepared(requests: Iterator[bytes], count: int) -> Iterator[bytes]:
    """Return requests of which so many are made at once, before they are asked for; then one by one."""
    made = [next(requests) for _ in range(count)]

    def give() -> Iterator[bytes]:
        yield from made
        yield from requests

    return give()


def build(settings: Settings, size: Size, life: int = 3600) -> Town:
    """Fill an instance that was initialised, and whose enterprises were pushed."""
    return asyncio.run(_build(settings, size, life))


async def _build(settings: Settings, size: Size, life: int) -> Town:
    town = Town(settings.issuer)
    town.certificate, thumbprint = _certificate()
    jkt = ECKey.import_key(town.proof_key).thumbprint()
    async with open_instance(settings) as instance:
        for number in range(size.banks):
            bank = f"bank-{number}"
            await _add_bank(instance, bank)
            first = number * size.consents_each
            codes = [enterprise((first + i) % size.enterprises + 1).code for i in range(size.consents_each)]
            async with instance.units.begin("town.consents", Actor(bank, "account", bank)) as work:
                for code in codes:
                    await _permit(work, bank, code)
            town.pairs += [(bank, code) for code in codes]
            grant, at = Grant(bank, "account", SCOPE, bank, None), int(time.time())
            for bound, tokens in (("jkt", town.proven), ("x5t#S256", town.certified)):
                binding = Binding(bound, jkt if bound == "jkt" else thumbprint)
                tokens[bank] = mint(grant, binding, instance.keys, settings.issuer, at, life)[0]
    return town


async def _add_bank(instance: Instance, bank: str) -> None:
    key = public_jwk(generate_key("ES256"))
    async with instance.units.begin("town.bank", at_this_machine()) as work:
        await add_institution(work, institution_id=bank, name=bank, kind="bank")
        await add_client(work, client_id=bank, kind="account", jwk=key, institution_id=bank, subject=None)
        for scope in ("account", "institution"):
            await set_plan(work, scope=scope, scope_id=bank, per_day=10**9, per_month=10**9)


async def _permit(work: UnitOfWork, bank: str, code: str) -> None:
    now = work.now
    terms = Terms(uuid7(), code, bank, (), ("score", "health_check"), PURPOSE, now, now + timedelta(days=300), None)
    asked = await request_consent(work, terms)
    change = OpenChange("approve", Consent(terms, asked.version, "requested", intact=True), "active", now)
    await make_change(_as_signatory(work, code), change, None, None)


def _as_signatory(work: UnitOfWork, code: str) -> UnitOfWork:
    boss = Actor("boss", "signatory", subject=code)
    return UnitOfWork(work.session, work.recorder, work.keys, work.issuer, boss, work.now)


def _request(path: str, lines: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\n{lines}Idempotency-Key: {uuid4().hex}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _certificate() -> tuple[str, str]:
    """Return a client's certificate as nginx passes it on, and its thumbprint (RFC 8705 3.1)."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    return quote(pem), _b64(made.fingerprint(hashes.SHA256()))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
