"""Presentations of a credential: the examples of RFC 9901, and what nobody may get by with."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from signing.jws import sign_jws
from signing.keys import generate_key, public_jwk
from signing.selective import issue
from xinqiao_client.credentials import (
    DEEPEST,
    FRESH_SECONDS,
    KEY_BINDING,
    LONGEST,
    SKEW_SECONDS,
    TYPE,
    CredentialError,
    disclosures_of,
    present,
    verify,
)
from xinqiao_client.keys import sign

# RFC 9901 A.5: the keys of its examples.
ISSUER = {
    "kty": "EC", "crv": "P-256", "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
    "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
}  # fmt: skip
EXAMPLE = json.loads(Path(__file__).with_name("rfc9901_a4.json").read_text("utf-8"))
AUDIENCE, NONCE, NOW = "https://bank.example", "n-0S6_WzA2Mj", 1_800_000_000
CLAIMS = {"iss": "https://city.example", "vct": "https://city.example/credentials/score", "sub": "91330302MA00000154"}
SHOWABLE = {"score": 712, "band": "良好", "percentile": 81, "dimensions": {"assets": 120, "tax": 90}}
KEY = generate_key("Ed25519")
HOLDER = ECKey.generate_key("P-256")


def credential(holder=HOLDER, **more):
    public = {name: value for name, value in holder.as_dict(private=False).items() if name in {"kty", "crv", "x", "y"}}
    return issue({**CLAIMS, "exp": NOW + 600, "cnf": {"jwk": public}, **more}, SHOWABLE, KEY)


def show(names=("band",), key=HOLDER, made=None, **more):
    asked = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW, **more}
    return present(made or credential(), names, key, **asked)


def check(presented, **more):
    asked = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW, **more}
    return verify(presented, [public_jwk(KEY)], **asked)


def hashed(shown):
    return base64.urlsafe_b64encode(hashlib.sha256(shown.encode()).digest()).rstrip(b"=").decode()


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_the_example_with_key_binding_of_the_rfc_is_read_as_it_says():
    asked = {"audience": "https://verifier.example.org", "nonce": "1234567890", "typ": "example+sd-jwt"}
    told = verify(EXAMPLE["presentation"], [ISSUER], now=EXAMPLE["made_at"], **asked)
    assert told == EXAMPLE["claims"]
    for other in ({"nonce": "1234567891"}, {"audience": "https://other.example"}):
        with pytest.raises(CredentialError):
            verify(EXAMPLE["presentation"], [ISSUER], now=EXAMPLE["made_at"], **(asked | other))


def test_a_bank_sees_what_was_shown_to_it_and_nothing_else():
    told = check(show(["band"]), issuer=CLAIMS["iss"], vct=CLAIMS["vct"])
    assert told == {**CLAIMS, "exp": NOW + 600, "cnf": told["cnf"], "band": "良好"}
    assert "712" not in show(["band"])
    assert check(show([])).keys() == {*CLAIMS, "exp", "cnf"}
    assert check(show(SHOWABLE)) | SHOWABLE == check(show(SHOWABLE))
    assert disclosures_of(credential()).keys() == SHOWABLE.keys()
    with pytest.raises(CredentialError, match="nothing_such"):
        show(["nothing_such"])


def test_it_is_shown_once_to_one_audience_by_its_holder_while_it_holds():
    shown = show()
    thief = ECKey.generate_key("P-256")
    bad = [
        lambda: check(shown, audience="https://other.example"),
        lambda: check(shown, nonce="another"),
        lambda: check(shown, issuer="https://other.example"),
        lambda: check(shown, vct="https://city.example/credentials/other"),
        lambda: check(show(key=thief)),
        lambda: check(shown[: shown.rindex("~") + 1]),  # without key binding
        lambda: check(show(made=credential(cnf=None))),
        lambda: check(show(made=credential(nbf=NOW + SKEW_SECONDS + 1))),
        lambda: check(show(made=credential(exp="soon"))),
        lambda: verify(shown, [public_jwk(generate_key("Ed25519"))], audience=AUDIENCE, nonce=NONCE, now=NOW),
        lambda: verify(shown, [], audience=AUDIENCE, nonce=NONCE, now=NOW),
        lambda: check(shown, typ="example+sd-jwt"),
        lambda: check("x" * (LONGEST + 1)),
        lambda: check(shown + "证"),
        lambda: check(""),
        lambda: check("a.b.c~~"),
    ]
    for wrong in bad:
        with pytest.raises(CredentialError):
            wrong()


@pytest.mark.parametrize(
    ("made", "now", "sound"),
    [
        (NOW, NOW + FRESH_SECONDS, True), (NOW, NOW + FRESH_SECONDS + 1, False),
        (NOW, NOW - SKEW_SECONDS, True), (NOW, NOW - SKEW_SECONDS - 1, False),
        (NOW + 599, NOW + 599, True), (NOW + 600, NOW + 600, False),
    ],
)  # fmt: skip
def test_when_it_holds_and_how_long_a_presentation_is_fresh(made, now, sound):
    shown = show(now=made)
    if sound:
        assert check(shown, now=now)["band"] == "良好"
    else:
        with pytest.raises(CredentialError):
            check(shown, now=now)


def bound(shown):
    """Sign the key binding anew over altered disclosures: the holder itself tries to deceive."""
    claims = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": hashed(shown)}
    return shown + sign({"typ": KEY_BINDING}, claims, HOLDER)


@pytest.mark.parametrize(
    "alter",
    [
        lambda issued, given: [issued, *given, given[0]],
        lambda issued, given: [issued, encoded(["salt", "band", "优秀"])],
        lambda issued, given: [issued, *given, encoded(["salt", "sub", "91330302MA00000999"])],
        lambda issued, given: [issued, *given, encoded(["salt", "score"])],
        lambda issued, given: [issued, *given, encoded({"a": 1})],
        lambda issued, given: [issued, *given, "!!"],
        lambda issued, given: [issued, *given, encoded([1, 2, 3, 4])],
    ],
)  # fmt: skip
def test_a_holder_cannot_add_change_or_double_what_was_issued(alter):
    issued, *given = show(["band", "score"]).split("~")[:-1]
    with pytest.raises(CredentialError):
        check(bound("~".join([*alter(issued, given), ""])))


def test_what_is_taken_out_after_signing_is_noticed():
    issued, band, score, binding = show(["band", "score"]).split("~")
    for parts in ([issued, band, binding], [issued, score, binding], [issued, binding], [issued, score, band, binding]):
        with pytest.raises(CredentialError, match="sd_hash"):
            check("~".join(parts))


@pytest.mark.parametrize(
    ("payload", "given"),
    [
        ({"_sd": [hashed(encoded(["s", "sub", "x"]))]}, [encoded(["s", "sub", "x"])]),  # a name that stands open too
        ({"_sd": [hashed(encoded(["s", "_sd", []]))]}, [encoded(["s", "_sd", []])]),
        ({"_sd": [hashed(encoded(["s", "...", 1]))]}, [encoded(["s", "...", 1])]),
        ({"_sd": [hashed(encoded(["s", 5, 1]))]}, [encoded(["s", 5, 1])]),
        ({"_sd": [hashed(encoded(["s", "a", 1]))] * 2}, [encoded(["s", "a", 1])]),
        ({"_sd": [hashed(encoded(["s", 1]))]}, [encoded(["s", 1])]),
        ({"a": [{"...": hashed(encoded(["s", "a", 1]))}]}, [encoded(["s", "a", 1])]),
        ({"_sd": [7]}, []),
        ({"_sd_alg": "md5"}, []),
    ],
)
def test_a_credential_that_is_malformed_is_not_believed_though_its_issuer_signed_it(payload, given):
    public = {name: value for name, value in HOLDER.as_dict(private=False).items() if name in {"kty", "crv", "x", "y"}}
    issued = sign_jws({**CLAIMS, "exp": NOW + 600, "cnf": {"jwk": public}, **payload}, KEY, TYPE)
    with pytest.raises(CredentialError):
        check(bound("~".join([issued, *given, ""])))


def test_arrays_and_nested_members_are_opened_and_depth_has_an_end():
    inner = encoded(["s", "deep", 1])
    outer = encoded(["s2", "box", {"_sd": [hashed(inner)], "list": [{"...": hashed(encoded(["s3", "x"]))}, 2]}])
    public = {name: value for name, value in HOLDER.as_dict(private=False).items() if name in {"kty", "crv", "x", "y"}}
    base = {**CLAIMS, "exp": NOW + 600, "cnf": {"jwk": public}}
    issued = sign_jws({**base, "_sd": [hashed(outer)]}, KEY, TYPE)
    told = check(bound("~".join([issued, inner, outer, encoded(["s3", "x"]), ""])))
    assert told["box"] == {"deep": 1, "list": ["x", 2]}
    assert check(bound(f"{issued}~{outer}~"))["box"] == {"list": [2]}
    for depth, sound in ((DEEPEST, True), (DEEPEST + 1, False)):
        value = 1
        for _ in range(depth - 1):
            value = {"a": value}
        issued = sign_jws({**base, "deep": value}, KEY, TYPE)
        if sound:
            assert check(bound(f"{issued}~"))["deep"] == value
        else:
            with pytest.raises(CredentialError):
                check(bound(f"{issued}~"))
