"""Messages as Standard Webhooks 1.0 has them: what is signed and how it is written, against the published vectors."""

import base64
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from gateway.runtime.events import EVENTS
from gateway.webhooks.pauses import LONGEST_PAUSE, pause_after
from gateway.webhooks.signature import _content, is_signed, signed_headers, written_key
from gateway.webhooks.told import NOT_TOLD, TOPICS, is_told, message_of, topic_of
from signing.keys import generate_key, public_jwk

# The reference libraries' test: this secret, id, time and body give this signature (`v1`, HMAC-SHA256).
SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_signed_is_what_the_reference_signs():
    mac = HMAC(SECRET, SHA256())
    mac.update(_content(ID, TIMESTAMP, BODY))
    assert base64.b64encode(mac.finalize()).decode() == SIGNATURE


def test_a_receiver_that_knows_the_specification_alone_can_verify():
    key = generate_key("Ed25519")
    headers = signed_headers(key, ID, TIMESTAMP, BODY)
    version, _, signature = headers["webhook-signature"].partition(",")
    prefix, _, public = written_key(public_jwk(key)).partition("_")
    assert (version, prefix) == ("v1a", "whpk")
    private = key.jwk.private_key
    assert isinstance(private, Ed25519PrivateKey)
    assert base64.b64decode(public) == private.public_key().public_bytes_raw()
    private.public_key().verify(base64.b64decode(signature), f"{ID}.{TIMESTAMP}.".encode() + BODY)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "key", "version"])
def test_anything_that_was_changed_is_found(changed):
    key = generate_key("Ed25519")
    headers, body, public = signed_headers(key, ID, TIMESTAMP, BODY), BODY, written_key(public_jwk(key))
    assert is_signed({**headers, "webhook-signature": f"v1,AAAA v1a,AAAA {headers['webhook-signature']}"}, body, public)
    if changed == "body":
        body += b" "
    elif changed == "key":
        public = written_key(public_jwk(generate_key("Ed25519")))
    elif changed == "version":
        headers["webhook-signature"] = headers["webhook-signature"].replace("v1a", "v1")
    else:
        headers[changed] = {"webhook-id": "msg_other", "webhook-timestamp": "1614265331"}[changed]
    assert not is_signed(headers, body, public)


def test_pauses_grow_and_are_spread_and_end_at_four_hours():
    def middle(low, high):
        return (low + high) / 2

    assert [pause_after(n, 5.0, middle).total_seconds() for n in (1, 2, 3)] == [5, 10, 20]
    assert pause_after(1000, 5.0, middle) == LONGEST_PAUSE
    assert pause_after(1, 5.0, min).total_seconds() == 4
    assert pause_after(1, 5.0, max).total_seconds() == 6


def test_what_is_told_belongs_to_a_topic_and_holds_ids_alone():
    told = {kind for kind in EVENTS if topic_of(kind)}
    assert {"consent.revoked", "institution.suspended", "client.key_added", "key.active", "webhook.disabled"} <= told
    assert not told & {*NOT_TOLD, "inquiry.answered", "record.objected"}
    assert is_told("consent.revoked", [])
    assert is_told("consent.revoked", ["quota", "consent"])
    assert not is_told("consent.revoked", ["quota"])
    assert not is_told("inquiry.answered", [])
    assert {topic_of(kind) for kind in told} == set(TOPICS)
    leaf = {
        "id": str(UUID(int=1)), "type": "consent.revoked", "ts": "2026-01-01T00:00:00.000000Z", "actor": "person:wang",
        "institution": "bank", "subject": str(UUID(int=2)), "outcome": "revoked", "exch": str(UUID(int=3)), "c": "00",
    }  # fmt: skip
    message = message_of(leaf, "https://gateway.example")
    assert b"wang" not in message
    assert str(UUID(int=2)).encode() not in message
