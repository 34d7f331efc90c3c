"""Signed statements, key files and sealing: what verifies, and everything that must not."""

import base64
import json
import string
from pathlib import Path

import pytest
from joserfc import jws

from signing.errors import KeyFileError, SealError, SignatureError
from signing.jws import key_id_of, payload_of, sign_jws, type_of, verify_jws
from signing.keys import SigningKey, generate_key, key_from_private, load_key, private_bytes, public_jwk, save_key
from signing.sealing import seal, unseal

TYP = "xinqiao-answer+jwt"
REGISTRY = jws.JWSRegistry(algorithms=["Ed25519", "ES256"])
# RFC 8037 appendix A.1 and A.4: the key, and the signature over its example payload.
RFC_8037_KEY = {
    "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}  # fmt: skip


@pytest.fixture(params=["Ed25519", "ES256"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    return generate_key(request.param)


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_the_thumbprint_of_rfc_8037_comes_out() -> None:
    key = key_from_private(json.dumps(RFC_8037_KEY).encode())
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_statement_comes_back_as_it_was_signed(key: SigningKey) -> None:
    token = sign_jws({"b": 1, "a": "企业"}, key, TYP)
    assert verify_jws(token, [public_jwk(key)], TYP) == {"a": "企业", "b": 1}
    assert key_id_of(token) == key.kid


@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_byte_is_detected(key: SigningKey, part: int) -> None:
    parts = sign_jws({"score": 700}, key, TYP).split(".")
    raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        parts_changed = list(parts)
        parts_changed[part] = base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
        with pytest.raises(SignatureError):
            verify_jws(".".join(parts_changed), [public_jwk(key)], TYP)


def test_a_signature_has_one_spelling(key: SigningKey) -> None:
    """The last character carries bits that decode to nothing (RFC 4648 3.5): only one choice of them is accepted."""
    token = sign_jws({"score": 700}, key, TYP)
    letters = string.ascii_letters + string.digits + "-_"
    same = base64.urlsafe_b64decode(token.rpartition(".")[2] + "==")
    spellings = [token[:-1] + letter for letter in letters]
    spellings = [one for one in spellings if base64.urlsafe_b64decode(one.rpartition(".")[2] + "==") == same]
    assert len(spellings) == 16
    for spelling in [*spellings, token + "=", token + "=="]:
        if spelling == token:
            assert verify_jws(spelling, [public_jwk(key)], TYP) == {"score": 700}
        else:
            with pytest.raises(SignatureError, match="base64url"):
                verify_jws(spelling, [public_jwk(key)], TYP)


def test_another_kind_of_statement_is_refused(key: SigningKey) -> None:
    with pytest.raises(SignatureError, match="not of type"):
        verify_jws(sign_jws({}, key, "xinqiao-receipt+jwt"), [public_jwk(key)], TYP)


def test_a_foreign_key_under_a_known_id_is_refused(key: SigningKey) -> None:
    foreign = generate_key(key.alg)
    token = sign_jws({}, SigningKey(key.kid, foreign.alg, foreign.jwk), TYP)
    with pytest.raises(SignatureError):
        verify_jws(token, [public_jwk(key)], TYP)
    with pytest.raises(SignatureError, match="not registered"):
        verify_jws(sign_jws({}, foreign, TYP), [public_jwk(key)], TYP)


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "ES512"])
def test_a_suite_outside_the_list_is_refused(key: SigningKey, alg: str) -> None:
    token = ".".join([segment({"alg": alg, "kid": key.kid, "typ": TYP}), segment({}), "AAAA"])
    with pytest.raises(SignatureError):
        verify_jws(token, [public_jwk(key)], TYP)


@pytest.mark.parametrize("text", ["", "a.b", "....", "x" * 100, "é.é.é", segment([]) + "." + segment({}) + ".AA"])
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(SignatureError):
        verify_jws(text, [], TYP)


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "keys" / "one.json"
    save_key(path, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path).kid == key.kid
    with pytest.raises(KeyFileError, match="never overwritten"):
        save_key(path, key)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"kty":"OKP"}', b'{"kty":"oct","k":"AA"}', b"\xff"])
def test_a_broken_key_file_is_named_but_not_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=r"broken\.json"):
        load_key(path)


def test_a_public_key_holds_nothing_private(key: SigningKey) -> None:
    assert "d" not in public_jwk(key)
    assert b'"d"' in private_bytes(key)


def test_a_public_key_says_what_it_is_for(key: SigningKey) -> None:
    members = public_jwk(key)
    assert {name: members[name] for name in ("kid", "alg", "use")} == {"kid": key.kid, "alg": key.alg, "use": "sig"}
    assert (members["kty"], members["crv"]) == {"Ed25519": ("OKP", "Ed25519"), "ES256": ("EC", "P-256")}[key.alg]


def test_a_private_key_comes_back_as_it_was_and_signs(key: SigningKey) -> None:
    written = private_bytes(key)
    assert json.loads(written)["alg"] == key.alg
    assert json.loads(written)["kid"] == key.kid
    back = key_from_private(written)
    assert (back.kid, back.alg) == (key.kid, key.alg)
    assert verify_jws(sign_jws({"a": 1}, back, TYP), [public_jwk(key)], TYP) == {"a": 1}


@pytest.mark.parametrize("member", ["kty", "crv", "d"])
def test_a_private_key_that_lacks_a_member_is_none(key: SigningKey, member: str) -> None:
    members = json.loads(private_bytes(key))
    for changed in ({k: v for k, v in members.items() if k != member}, {**members, member: "x"}):
        with pytest.raises(KeyFileError):
            key_from_private(json.dumps(changed).encode())


def test_no_key_of_an_unknown_suite_is_made() -> None:
    with pytest.raises(KeyFileError, match="unknown suite 'RS256'"):
        generate_key("RS256")


def test_a_key_file_is_written_into_folders_that_are_not_there_yet(tmp_path: Path, key: SigningKey) -> None:
    save_key(tmp_path / "a" / "b" / "key.json", key)
    save_key(tmp_path / "a" / "b" / "other.json", generate_key(key.alg))
    assert load_key(tmp_path / "a" / "b" / "key.json").kid == key.kid


@pytest.mark.parametrize("kid", [7, None, ["a"]])
def test_a_key_id_that_is_no_text_is_none(key: SigningKey, kid: object) -> None:
    token = ".".join([segment({"alg": key.alg, "kid": kid, "typ": TYP}), segment({}), "AAAA"])
    jwk = {**public_jwk(key), "kid": kid}
    with pytest.raises(SignatureError):
        verify_jws(token, [jwk], TYP)


def test_a_key_of_another_kind_is_refused(key: SigningKey) -> None:
    token = sign_jws({}, key, TYP)
    for kty in ("oct", None, "RSA"):
        with pytest.raises(SignatureError, match="suite is not one of the key's"):
            verify_jws(token, [{**public_jwk(key), "kty": kty}], TYP)


def test_a_statement_names_its_key_and_its_type_unverified(key: SigningKey) -> None:
    token = sign_jws({}, key, TYP)
    assert (key_id_of(token), type_of(token)) == (key.kid, TYP)
    assert payload_of(sign_jws({"score": 700}, key, TYP)) == {"score": 700}
    bare = ".".join([segment({"alg": key.alg}), segment({}), "AAAA"])
    assert (key_id_of(bare), type_of(bare)) == (None, None)


def test_a_payload_that_is_no_object_is_refused(key: SigningKey) -> None:
    for content in (b"[]", b"1", b"{"):
        token = jws.serialize_compact({"alg": key.alg, "kid": key.kid, "typ": TYP}, content, key.jwk, registry=REGISTRY)
        with pytest.raises(SignatureError):
            verify_jws(token, [public_jwk(key)], TYP)


def test_sealed_bytes_open_only_under_their_key_and_context() -> None:
    secret, other = b"k" * 32, b"o" * 32
    sealed = seal(secret, b"content", b"event-1")
    assert unseal(secret, sealed, b"event-1") == b"content"
    assert seal(secret, b"content", b"event-1") != sealed
    for wrong in ((other, sealed, b"event-1"), (secret, sealed, b"event-2"), (secret, sealed[:-1], b"event-1")):
        with pytest.raises(SealError):
            unseal(*wrong)
