"""Leaves: their exact bytes, what they may hold, and a commitment that says nothing without its salt."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from audit.errors import EventError
from audit.events import Event, commitment, leaf_of, payload_bytes

AT = datetime(2026, 11, 24, 8, 0, 0, 1, UTC)
ID = UUID("01938f8a-0000-7000-8000-000000000001")


def test_the_leaf_has_exactly_these_bytes():
    leaf = leaf_of(Event("inquiry.denied", "bank-1", institution="bank", outcome="consent-required"), ID, AT, "c0ffee")
    assert leaf == (
        b'{"actor":"bank-1","c":"c0ffee","id":"01938f8a-0000-7000-8000-000000000001","institution":"bank",'
        b'"outcome":"consent-required","ts":"2026-11-24T08:00:00.000001Z","type":"inquiry.denied","v":1}'
    )


def test_a_leaf_with_every_member_has_exactly_these_bytes():
    full = Event("inquiry.answered", "bank-1", "bank", "acct", "s-1", "answered", "x-1", {"n": 1})
    assert leaf_of(full, ID, AT, "c0ffee") == (
        b'{"account":"acct","actor":"bank-1","c":"c0ffee","exch":"x-1","id":"01938f8a-0000-7000-8000-000000000001",'
        b'"institution":"bank","outcome":"answered","subject":"s-1","ts":"2026-11-24T08:00:00.000001Z",'
        b'"type":"inquiry.answered","v":1}'
    )


def test_a_leaf_is_written_in_utc_wherever_the_machine_and_the_moment_are(shanghai):
    at = AT.astimezone(timezone(timedelta(hours=-5)))
    assert leaf_of(Event("a.b", "x"), ID, at, "") == leaf_of(Event("a.b", "x"), ID, AT, "")
    assert b'"2026-11-24T08:00:00.000001Z"' in leaf_of(Event("a.b", "x"), ID, at, "")


def test_the_commitment_is_the_one_computed_by_hand():
    # printf 'audit-payload/v1\n{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00..00
    assert commitment(bytes(32), b"{}") == "85d4b3d2763a3b02043daef9cb5210235301215e2c2a2d99ff490fbbdd23f32b"


def test_the_same_payload_under_another_salt_is_not_recognised():
    assert commitment(bytes(32), b"{}") != commitment(b"\x01" * 32, b"{}")


def test_a_short_salt_is_refused():
    with pytest.raises(EventError, match="32 bytes"):
        commitment(b"short", b"{}")


@pytest.mark.parametrize("kind", ["", "inquiry", "Inquiry.answered", "inquiry answered", "inquiry.", ".answered"])
def test_a_type_that_is_not_noun_dot_verb_is_refused(kind):
    with pytest.raises(EventError, match="event type"):
        leaf_of(Event(kind, "bank-1"), ID, AT, "")


def test_a_leaf_that_does_not_fit_is_refused():
    with pytest.raises(EventError, match="65535"):
        leaf_of(Event("inquiry.denied", "a" * 65_600), ID, AT, "")


@pytest.mark.parametrize(
    "payload",
    [{"amount": float("nan")}, {"amount": 1.0}, {"a": [{"b": 0.5}]}, {"amount": 2**60}, {"name": "\ud800"}, {"at": AT}],
)
def test_a_payload_without_an_exact_form_is_refused(payload):
    with pytest.raises(EventError):
        payload_bytes(payload)
