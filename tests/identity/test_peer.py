"""Who is at the other end: believed from trusted proxies alone, from the right, and no further than can be read."""

import base64
import hashlib
from ipaddress import ip_address

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.identity.clients.peer import PeerError, address_of, certificate_thumbprint
from gateway.identity.tokens.binding import BindingError, NonceNeededError, read_binding
from gateway.identity.tokens.nonces import Nonces
from gateway.runtime.settings import Settings
from tests.house.limits import SECONDS, request
from tests.identities import PROOF_KEY, proof
from tests.identity.test_access import as_header, certificate

TRUSTING = Settings(issuer="http://127.0.0.1:8000", trusted_proxies=("127.0.0.1/32", "10.0.0.0/8"))
TRUSTING_NOBODY = Settings(issuer="http://127.0.0.1:8000")
NONCES = Nonces(bytes(32))


@pytest.mark.parametrize(
    ("settings", "chain", "address"),
    [
        (TRUSTING_NOBODY, None, "127.0.0.1"),
        (TRUSTING_NOBODY, "203.0.113.7", "127.0.0.1"),
        (TRUSTING, None, "127.0.0.1"),
        (TRUSTING, "203.0.113.7", "203.0.113.7"),
        (TRUSTING, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (TRUSTING, "203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (TRUSTING, "198.51.100.1,203.0.113.7,10.0.0.1,10.0.0.2", "203.0.113.7"),
        (TRUSTING, "203.0.113.7, nonsense, 10.0.0.1", "10.0.0.1"),
        (TRUSTING, "2001:db8::1", "2001:db8::1"),
        (TRUSTING, "", "127.0.0.1"),
    ],
)
def test_the_address_is_the_last_one_a_trusted_proxy_tells(settings, chain, address):
    asked = request() if chain is None else request(x_forwarded_for=chain)
    assert address_of(asked, settings) == ip_address(address)


def test_two_fields_are_one_list_whose_later_part_was_told_later():
    asked = request(x_forwarded_for="198.51.100.1")
    asked.scope["headers"].append((b"x-forwarded-for", b"203.0.113.7"))
    assert address_of(asked, TRUSTING) == ip_address("203.0.113.7")


def test_a_connection_without_an_address_has_none():
    asked = request(x_forwarded_for="203.0.113.7", client_cert="x")
    asked.scope["client"] = None
    assert address_of(asked, TRUSTING) is None
    assert certificate_thumbprint(asked, TRUSTING) is None


@pytest.mark.parametrize("style", ["RFC 9440", "nginx"])
def test_a_certificate_is_known_by_its_thumbprint(style):
    own = certificate()
    digest = hashlib.sha256(own.public_bytes(Encoding.DER)).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    shown = request(client_cert=f" {as_header(own, style)} ")
    assert certificate_thumbprint(shown, TRUSTING) == expected
    assert certificate_thumbprint(shown, TRUSTING_NOBODY) is None
    assert certificate_thumbprint(request(), TRUSTING) is None
    assert certificate_thumbprint(request(client_cert=""), TRUSTING) is None
    bound = read_binding(shown, TRUSTING, NONCES, SECONDS)
    assert (bound.method, bound.thumbprint, bound.cnf, bound.token_type, bound.proof) == (
        "x5t#S256", expected, {"x5t#S256": expected}, "Bearer", None,
    )  # fmt: skip


@pytest.mark.parametrize("value", [":AAAA:", ":*:", "%%%", "x", f":{base64.b64encode(b'x' * 300).decode()}:", ":AAAA"])
def test_what_is_no_certificate_is_refused(value):
    with pytest.raises(PeerError, match="no certificate"):
        certificate_thumbprint(request(client_cert=value), TRUSTING)
    with pytest.raises(BindingError, match="no certificate"):
        read_binding(request(client_cert=value), TRUSTING, NONCES, SECONDS)


def test_a_certificate_with_other_characters_between_is_refused():
    sound = as_header(certificate(), "RFC 9440")
    with pytest.raises(PeerError, match="no certificate"):
        certificate_thumbprint(request(client_cert=f"{sound[:9]}*{sound[9:]}"), TRUSTING)


def test_two_certificates_are_refused():
    asked = request(client_cert=as_header(certificate(), "nginx"))
    asked.scope["headers"] *= 2
    with pytest.raises(PeerError, match="once"):
        certificate_thumbprint(asked, TRUSTING)


def proving(settings=TRUSTING_NOBODY, **claims):
    sent = proof(f"{settings.issuer}/", iat=SECONDS, **claims)
    return read_binding(request(dpop=sent), settings, NONCES, SECONDS, claims.get("token"))


def test_a_proof_binds_to_its_key():
    bound = proving()
    assert (bound.method, bound.thumbprint, bound.token_type) == ("jkt", PROOF_KEY.thumbprint(), "DPoP")
    assert bound.cnf == {"jkt": PROOF_KEY.thumbprint()}
    assert bound.proof.jti
    assert proving(token="a-token").thumbprint == bound.thumbprint


def test_no_proof_two_proofs_or_a_wrong_one_bind_nothing():
    with pytest.raises(BindingError, match=r"Send a DPoP proof"):
        read_binding(request(), TRUSTING, NONCES, SECONDS)
    twice = request(dpop=proof(f"{TRUSTING.issuer}/", iat=SECONDS))
    twice.scope["headers"] *= 2
    with pytest.raises(BindingError, match="one DPoP header"):
        read_binding(twice, TRUSTING, NONCES, SECONDS)
    with pytest.raises(BindingError, match="htm must be POST"):
        proving(htm="GET")
    with pytest.raises(BindingError, match="ath"):
        read_binding(request(dpop=proof(f"{TRUSTING.issuer}/", iat=SECONDS)), TRUSTING, NONCES, SECONDS, "a-token")


def test_a_nonce_is_asked_for_only_where_it_is_wanted():
    wanting = Settings(issuer=TRUSTING.issuer, dpop_nonce=True)
    assert proving(nonce="x").thumbprint
    for wrong in (None, "x", ""):
        with pytest.raises(NonceNeededError):
            proving(wanting, nonce=wrong)
    assert proving(wanting, nonce=NONCES.make(SECONDS)).proof.nonce == NONCES.make(SECONDS)


def test_nonces_of_another_key_or_window_are_not_ours():
    assert NONCES.make(0) != Nonces(b"\1" * 32).make(0)
    assert NONCES.make(0) == NONCES.make(119) != NONCES.make(120)
    assert not NONCES.good(NONCES.make(240), 120)
    assert not Nonces(b"\1" * 32).good(NONCES.make(240), 240)
    assert not NONCES.good("\ud800", 120)
    assert not NONCES.good(None, 120)


def test_every_release_makes_the_same_nonces():
    """Workers of two releases run beside each other while one replaces the other."""
    assert NONCES.make(0) == NONCES.make(119.9) == "QOCvjwhnvdjN_x1GnFr-rvb2"
