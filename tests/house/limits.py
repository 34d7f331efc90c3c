"""Every limit of the rooms that guard something: its value, on which side of it things are refused, how it is reached.

A row is tried one below, at and one above its limit. What is no limit, and what is tried elsewhere, is listed with the
reason. `test_limits.py` walks the modules and misses whoever adds a constant without a row.
"""

import base64
import gzip
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from authlib.oauth2.rfc6749.errors import InvalidClientError
from joserfc.jwk import RSAKey
from starlette.requests import Request

from audit.errors import EventError, NoteError
from audit.events import Event, commitment, leaf_of
from audit.note import Checkpoint, sign_checkpoint, verify_checkpoint
from consent.checks import check_terms
from consent.errors import TermsError
from consent.parts import Limit as Daily
from consent.terms import Terms
from gateway.identity.clients.peer import PeerError, certificate_thumbprint
from gateway.identity.clients.redirect_address import is_redirect_address
from gateway.identity.tokens.access_tokens import TokenError, read
from gateway.identity.tokens.assertion import PrivateKeyJwt, read_assertion
from gateway.identity.tokens.dpop import ProofError, read_proof
from gateway.identity.tokens.nonces import Nonces
from gateway.identity.tokens.replay import ReplayWindow
from gateway.platforms.messages import MessageError, read_message, sign_message
from gateway.runtime.denial import DeniedError
from gateway.runtime.settings import Settings
from gateway.web.body import receive
from gateway.web.forms import FormError, read_form
from gateway.web.json_body import check_json
from gateway.web.router import SMALL_BYTES, bounded
from signing.canonical import canonical_bytes
from signing.errors import CanonicalError, SignatureError
from signing.jws import key_id_of, sign_jws, verify_jws
from signing.keys import generate_key, public_jwk
from signing.message_signatures import check_times, read_signature
from signing.packed import pack, unpack
from tests.audit.hand_log import KEY as LOG_KEY
from tests.audit.hand_log import ORIGIN, VKEY
from tests.enterprises import uscc
from tests.identities import assertion, proof

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
URL = "https://credit.example/v1/quota"
KEY = generate_key("Ed25519")
CLIENT_KEY = generate_key("ES256")
TERMS = Terms(
    UUID(int=1), uscc(1), "bank", (), ("score",), "pre_loan", NOW, NOW + timedelta(days=1), None
)  # fmt: skip
AT_MOST, AT_LEAST, BELOW, EXACTLY = (True, True, False), (False, True, True), (True, False, False), (False, True, False)


@dataclass(frozen=True)
class Limit:
    """`reach(n)` tries n and returns, or raises the fault, with the words that `told` names; it may be a coroutine."""

    value: object
    taken: tuple[bool, bool, bool]
    reach: Callable
    fault: type[Exception]
    told: str = ""
    step: object = 1


def statement_of(length):
    """Verify a statement whose payload, as it is sent, has about this many characters (four for every three bytes)."""
    empty = len(canonical_bytes({"x": ""}))
    token = sign_jws({"x": "a" * (length * 3 // 4 - empty)}, KEY, "t")
    assert len(token.split(".")[1]) == length, "the length is not one that base64url has"
    verify_jws(token, [public_jwk(KEY)], "t")


def packed_statement(length):
    """Unpack what unpacks to so many bytes: header, signature, statement, and what stands between them."""
    unpack(pack("e30..AA", b"x" * (length - len("e30\nAA\n"))))


def rsa_proof(bits):
    with warnings.catch_warnings(action="ignore"):
        key = RSAKey.generate_key(bits)
    read_proof(proof(URL, "GET", key=key, alg="PS256", iat=SECONDS), method="GET", url=URL, now=SECONDS)


def checked_terms(**changes):
    check_terms(replace(TERMS, **changes), NOW)


def note_of(lines=1, length=None, size=7):
    """Verify a checkpoint with so many signature lines, or of so many characters."""
    note = sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), LOG_KEY)
    foreign = f"— w {base64.b64encode(bytes(68)).decode()}\n"
    note += foreign * (lines - 1)
    if length is not None:
        note += foreign.replace("w", "w" * (length - len(note) - len(foreign) + 1))
        assert len(note) == length
    verify_checkpoint(note, VKEY)


def authenticated(header=None, key=CLIENT_KEY, form=None, marks=None, registered=(CLIENT_KEY,), **claims):
    """Authenticate client "c" by an assertion at a clock that stands still; return whom it is taken for."""
    marks = [] if marks is None else marks
    grant = PrivateKeyJwt(SimpleNamespace(claim=marks.append), "https://credit.example", NOW)
    client = SimpleNamespace(client_id="c", keys=[public_jwk(one) for one in registered], stopped=None)
    said = {"iat": SECONDS, "exp": SECONDS + 60, **claims}
    signed = assertion(key, "c", "https://credit.example", header, **said)
    asked = SimpleNamespace(assertion=read_assertion(signed), form=form or {}, client=None)
    return grant({"c": client}.get, asked)


def remembered(count):
    window = ReplayWindow()
    for number in range(count):
        if not window.first(str(number), 60.0, 0.0):
            raise OverflowError


def fresh_nonce(age):
    """A nonce made at the very beginning of a window, so many seconds after that window's last."""
    nonces = Nonces(bytes(32))
    if not nonces.good(nonces.make(0.0), 119.0 + age):
        raise OverflowError


def request(body=b"", **headers):
    """A request as the server hands it on."""
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def take():
        return sent.pop()

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": named,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "scheme": "http",
    }  # fmt: skip
    return Request(scope, take)


def certificate(length):
    trusting = Settings(trusted_proxies=("127.0.0.1/32",))
    certificate_thumbprint(request(client_cert="x" * length), trusting)


async def form(body):
    sent = request(body.encode(), content_type="application/x-www-form-urlencoded")
    await read_form(bounded(sent, SMALL_BYTES))


async def body_of(sent, path, most=10**9, **headers):
    received = await receive(request(sent, **headers), path, most)
    assert path.stat().st_size == received.size


async def packed(path, times):
    """A body that unpacks to exactly so many times its size: the header's file name fills it up (RFC 1952 2.3)."""
    whole = 199 * 200 * 201
    sent = gzip.compress(bytes(whole), mtime=0)
    fill = b"x" * (whole // times - len(sent) - 1) + b"\0"
    sent = sent[:3] + b"\x08" + sent[4:10] + fill + sent[10:]
    assert whole == times * len(sent)
    await body_of(sent, path, content_encoding="gzip")


async def repetitive(path, size):
    await body_of(gzip.compress(bytes(size), mtime=0), path, content_encoding="gzip")


def items(count):
    told = [{"subject": uscc(1)}] * count
    message = sign_message(
        KEY, delivery=UUID(int=1), exchange=UUID(int=2), kind="evaluations", issuer="https://a.example", items=told,
        now=NOW,
    )  # fmt: skip
    read_message(message, [public_jwk(KEY)])


def redirect(address):
    if not is_redirect_address(address):
        raise ValueError(len(address))


def second(count):
    return timedelta(seconds=count)


LIMITS = {
    "signing.plain._LARGEST": Limit(2**53 - 1, AT_MOST, lambda n: canonical_bytes([n]), CanonicalError),
    "the smallest integer": Limit(-(2**53) + 1, AT_LEAST, lambda n: canonical_bytes([n]), CanonicalError),
    "signing.jws.MAX_STATEMENT_BYTES": Limit(4 * 1024**2, AT_MOST, statement_of, SignatureError, "", step=4),
    "a statement of twice that": Limit(
        8 * 1024**2, AT_MOST, lambda n: key_id_of("x" * n), SignatureError, "too large"
    ),
    "signing.packed.LARGEST": Limit(4 * 1024**2, AT_MOST, packed_statement, SignatureError, "not whole"),
    "signing.jws.SMALLEST_RSA_BITS": Limit(2048, AT_LEAST, rsa_proof, ProofError, "2048 bits", step=8),
    "signing.message_signatures.CLOCK_SECONDS": Limit(
        30, AT_MOST, lambda n: check_times({"created": SECONDS + n}, SECONDS, 300), SignatureError, "clock"
    ),
    "the age of a signature": Limit(
        300, AT_MOST, lambda n: check_times({"created": SECONDS - n}, SECONDS, 300), SignatureError, "clock"
    ),
    "the end of a signature": Limit(
        0, AT_LEAST, lambda n: check_times({"created": SECONDS, "expires": SECONDS + n}, SECONDS, 300), SignatureError,
        "expired",
    ),
    "signing.message_signatures.LARGEST_FIELD": Limit(
        8192, AT_MOST, lambda n: read_signature("x" * n, "", "t"), SignatureError, "fields are too large"
    ),
    "consent.checks.LONGEST_YEARS": Limit(
        3, AT_MOST, lambda n: checked_terms(valid_until=NOW.replace(year=NOW.year + n)), TermsError, "three years"
    ),
    "the third year of a consent": Limit(
        second(0), AT_MOST, lambda n: checked_terms(valid_until=NOW.replace(year=2029) + n), TermsError, "three years",
        step=second(1),
    ),
    "the third year of a consent that begins on a leap day": Limit(
        datetime(2031, 2, 28, 12, tzinfo=UTC), AT_MOST,
        lambda n: checked_terms(valid_from=datetime(2028, 2, 29, 12, tzinfo=UTC), valid_until=n), TermsError,
        "three years", step=second(1),
    ),
    "gateway.identity.clients.redirect_address.LONGEST": Limit(
        500, AT_MOST, lambda n: redirect(f"https://a.example/{'x' * (n - 18)}"), ValueError
    ),
    "the shortest consent": Limit(
        second(1), AT_LEAST, lambda n: checked_terms(valid_until=NOW + n), TermsError, "later than", step=second(1)
    ),
    "consent.checks.MOST_USES": Limit(100_000, AT_MOST, lambda n: checked_terms(max_uses=n), TermsError, "max_uses"),
    "consent.checks.MOST_APPROVALS": Limit(
        5, AT_MOST, lambda n: checked_terms(required_approvals=n), TermsError, "required_approvals"
    ),
    "the fewest approvals": Limit(
        1, AT_LEAST, lambda n: checked_terms(required_approvals=n), TermsError, "required_approvals"
    ),
    "consent.checks.MOST_LIMITS": Limit(
        4, AT_MOST, lambda n: checked_terms(limits=(Daily(1, "D"),) * n), TermsError, "limits"
    ),
    "the fewest uses": Limit(1, AT_LEAST, lambda n: checked_terms(max_uses=n), TermsError, "max_uses"),
    "audit.events.LARGEST_LEAF": Limit(
        65_535, AT_MOST,
        lambda n: leaf_of(Event("a.b", "x" * (n - len(leaf_of(Event("a.b", ""), UUID(int=1), NOW, "")))), UUID(int=1),
                          NOW, ""),
        EventError, "at most",
    ),
    "audit.events.SALT_BYTES": Limit(32, EXACTLY, lambda n: commitment(bytes(n), b"{}"), EventError),
    "audit.note.MOST_SIGNATURES": Limit(16, AT_MOST, lambda n: note_of(lines=n), NoteError, "more than 16"),
    "audit.note.LARGEST_NOTE": Limit(65_536, AT_MOST, lambda n: note_of(length=n), NoteError, "too large"),
    "the largest log": Limit(2**63 - 1, AT_MOST, lambda n: note_of(size=n), NoteError, "63 bits"),
    "gateway.identity.clients.peer.LARGEST_CERTIFICATE": Limit(16_384, AT_MOST, certificate, PeerError, "comes once"),
    "gateway.identity.tokens.access_tokens.LARGEST": Limit(
        4096, AT_MOST, lambda n: read("x" * n, SimpleNamespace(publics=lambda _purpose: []), URL, SECONDS), TokenError,
        "too large",
    ),
    "gateway.identity.tokens.assertion.LARGEST_ASSERTION": Limit(
        16_384, AT_MOST, lambda n: read_assertion("x" * n), InvalidClientError, "too large"
    ),
    "gateway.identity.tokens.assertion.SKEW_SECONDS": Limit(
        60, AT_MOST, lambda n: authenticated(iat=SECONDS + n), InvalidClientError, "lies ahead"
    ),
    "an assertion that is not good yet": Limit(
        60, AT_MOST, lambda n: authenticated(nbf=SECONDS + n), InvalidClientError, "lies ahead"
    ),
    "an assertion that has ended": Limit(
        60, BELOW, lambda n: authenticated(exp=SECONDS - n), InvalidClientError, "has passed"
    ),
    "gateway.identity.tokens.assertion.LONGEST_LIFE_SECONDS": Limit(
        300, AT_MOST, lambda n: authenticated(exp=SECONDS + 60 + n), InvalidClientError, "300 seconds"
    ),
    "the id of an assertion": Limit(256, AT_MOST, lambda n: authenticated(jti="x" * n), InvalidClientError, "jti"),
    "gateway.identity.tokens.replay.LARGEST": Limit(200_000, AT_MOST, remembered, OverflowError),
    "gateway.identity.tokens.nonces.WINDOW_SECONDS": Limit(120, AT_MOST, fresh_nonce, OverflowError),
    "gateway.platforms.messages.MOST_ITEMS": Limit(500, AT_MOST, items, MessageError, "1 to 500"),
    "the fewest items": Limit(1, AT_LEAST, items, MessageError, "1 to 500"),
    "gateway.web.router.SMALL_BYTES": Limit(
        65_536, AT_MOST, lambda n: form("a=" + "x" * (n - 2)), FormError, "too large"
    ),
    "gateway.web.json_body.MOST_DEPTH": Limit(32, AT_MOST, lambda n: check_json(b"[" * n), DeniedError, "32 deep"),
    "gateway.web.json_body.MOST_PARTS": Limit(10_000, AT_MOST, lambda n: check_json(b"," * n), DeniedError, "10000"),
    "gateway.web.forms.MOST_FIELDS": Limit(
        20, AT_MOST, lambda n: form("&".join(f"a{i}=1" for i in range(n))), FormError, "too many"
    ),
}  # fmt: skip
# Reached with a file on the disk: `reach` takes its path first.
ON_DISK = {
    "gateway.web.body.TRUSTED_BYTES": Limit(4 * 1024**2, AT_MOST, repetitive, DeniedError, "200 times"),
    "gateway.web.body.MOST_TIMES": Limit(200, AT_MOST, packed, DeniedError, "200 times"),
    "gateway.web.body.MOST_MEMBERS": Limit(
        10_000, AT_MOST, lambda path, n: body_of(gzip.compress(b"", mtime=0) * n, path, content_encoding="gzip"),
        DeniedError, "10000",
    ),
    "the largest delivery": Limit(
        1000, AT_MOST, lambda path, n: body_of(b"x" * n, path, 1000), DeniedError, "at most 1000"
    ),
    "the largest delivery, packed": Limit(
        1000, AT_MOST, lambda path, n: body_of(gzip.compress(b"x" * n), path, 1000, content_encoding="gzip"),
        DeniedError, "at most 1000",
    ),
}  # fmt: skip
