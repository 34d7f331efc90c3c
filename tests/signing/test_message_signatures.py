"""HTTP Message Signatures: the vectors of RFC 9421 appendix B, and what must not verify."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from signing.errors import SignatureError
from signing.message_signatures import (
    byte_sequence,
    check_times,
    find_key,
    read_signature,
    signature_base,
    verify_bytes,
)

PEMS = {
    "test-key-rsa-pss": """
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
""",
    "test-key-ecc-p256": """
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
""",
    "test-key-ed25519": "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=",
}
KINDS = {"test-key-rsa-pss": RSAKey, "test-key-ecc-p256": ECKey, "test-key-ed25519": OKPKey}


def jwk_of(name):
    pem = f"-----BEGIN PUBLIC KEY-----\n{PEMS[name].strip()}\n-----END PUBLIC KEY-----\n"
    load_pem_public_key(pem.encode())
    return {**KINDS[name].import_key(pem).as_dict(private=False), "kid": name}


JWKS = [jwk_of(name) for name in PEMS]
# B.2: the test request and the test response.
REQUEST = {
    "@method": "POST", "@path": "/foo", "@query": "?param=Value&Pet=dog", "@authority": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT", "content-type": "application/json", "content-length": "18",
    "content-digest": "sha-512=:"
    "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
}  # fmt: skip
RESPONSE = {
    "@status": "200", "content-type": "application/json", "content-length": "23",
    "content-digest": "sha-512=:"
    "mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
}  # fmt: skip
VECTORS = {
    "B.2.1": (
        REQUEST,
        'sig=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        (
            "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG"
            "52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVro"
            "gUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ"
            "98Xw9Q=="
        ),
    ),
    "B.2.3": (
        REQUEST,
        (
            'sig=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
            ';created=1618884473;keyid="test-key-rsa-pss"'
        ),
        (
            "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fU"
            "xN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA"
            "1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKE"
            "gM4cUA=="
        ),
    ),
    "B.2.4": (
        RESPONSE,
        'sig=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
    ),
    "B.2.6": (
        REQUEST,
        (
            'sig=("date" "@method" "@path" "@authority" "content-type" "content-length")'
            ';created=1618884473;keyid="test-key-ed25519"'
        ),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    ),
}


def read(name):
    """Read a vector; the tag it lacks is asked for as none."""
    values, signed, signature = VECTORS[name]
    return values, read_signature(signed, f"sig=:{signature}:", None)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_standard_verify_and_a_changed_byte_does_not(name):
    values, found = read(name)
    jwk, _ = find_key(found.parameters, JWKS)
    alg = "rsa-pss-sha512" if jwk["kty"] == "RSA" else ""
    base = signature_base(found.covered, found.serialised, values).encode()
    verify_bytes(base, found.signature, jwk, alg)
    for at in range(0, len(base), 7):
        with pytest.raises(SignatureError):
            verify_bytes(base[:at] + bytes([base[at] ^ 1]) + base[at + 1 :], found.signature, jwk, alg)
    for at in range(0, len(found.signature), 7):
        torn = found.signature[:at] + bytes([found.signature[at] ^ 1]) + found.signature[at + 1 :]
        with pytest.raises(SignatureError):
            verify_bytes(base, torn, jwk, alg)


def test_the_signature_base_is_the_one_printed_in_the_standard():
    values, found = read("B.2.6")
    assert signature_base(found.covered, found.serialised, values) == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        '"content-type": application/json\n"content-length": 18\n"@signature-params": ("date" "@method" "@path" '
        '"@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    )


@pytest.mark.parametrize(
    ("signature_input", "signature"),
    [
        ("", ""),
        ("sig=(", "sig=:AA==:"),
        ('sig=("a");tag="t"', "sig=1"),
        ('sig=("a");tag="t"', "other=:AA==:"),
        ('sig=("a");tag="other"', "sig=:AA==:"),
        ('sig=("a" "a");tag="t"', "sig=:AA==:"),
        ('sig=("a";sf);tag="t"', "sig=:AA==:"),
        ('a=("a");tag="t", b=("a");tag="t"', "a=:AA==:, b=:AA==:"),
        ('a=("a");tag="t", a=("b");tag="t"', "a=:AA==:"),
        ('sig=("a");tag="t"', "sig=:" + "A" * 9000 + ":"),
        ("sig=1", "sig=:AA==:"),
        ('sig=(a);tag="t"é', "sig=:AA==:"),
    ],
)
def test_what_is_not_one_signature_is_refused(signature_input, signature):
    with pytest.raises(SignatureError):
        read_signature(signature_input, signature, "t")


@pytest.mark.parametrize(
    "parameters",
    [{}, {"created": "now"}, {"created": 600}, {"created": 1100}, {"created": 1000, "expires": 999}, {"created": True}],
)
def test_a_signature_of_another_time_is_refused(parameters):
    with pytest.raises(SignatureError):
        check_times(parameters, 1000.0, 300)
    check_times({"created": 1000, "expires": 1001}, 1000.0, 300)


@pytest.mark.parametrize("parameters", [{}, {"keyid": "x"}, {"keyid": "test-key-ed25519", "alg": "hmac-sha256"}])
def test_a_key_that_is_not_registered_or_another_algorithm_is_refused(parameters):
    with pytest.raises(SignatureError):
        find_key(parameters, JWKS)


def test_what_is_covered_must_be_there_and_in_one_line():
    with pytest.raises(SignatureError, match="has no batch-id"):
        signature_base(["batch-id"], "()", {})
    with pytest.raises(SignatureError, match="line break"):
        signature_base(["a"], "()", {"a": "b\nc"})


def test_the_algorithm_is_the_named_one_or_the_first_of_the_key():
    for keyid, alg in (("test-key-ed25519", "ed25519"), ("test-key-ecc-p256", "ecdsa-p256-sha256"),
                       ("test-key-rsa-pss", "PS256")):  # fmt: skip
        assert find_key({"keyid": keyid}, JWKS) == (next(jwk for jwk in JWKS if jwk["kid"] == keyid), alg)
    assert find_key({"keyid": "test-key-rsa-pss", "alg": "rsa-pss-sha512"}, JWKS)[1] == "rsa-pss-sha512"


@pytest.mark.parametrize("keyid", [7, None, b"x"])
def test_a_key_id_that_is_no_text_names_no_key(keyid):
    with pytest.raises(SignatureError, match="no key"):
        find_key({"keyid": keyid}, [{**JWKS[0], "kid": keyid}])


def test_a_key_of_an_unknown_kind_is_used_in_nothing():
    with pytest.raises(SignatureError, match="algorithm"):
        find_key({"keyid": "x"}, [{"kid": "x", "kty": "oct"}])


def test_of_two_signatures_the_one_with_the_tag_is_read():
    signed = 'a=("x");tag="t";keyid="k", b=("y");tag="other"'
    found = read_signature(signed, "a=:AA==:, b=:AQ==:", "t")
    assert (found.covered, found.parameters["keyid"], found.signature) == (("x",), "k", b"\x00")
    assert read_signature(signed, "a=:AA==:, b=:AQ==:", "other").signature == b"\x01"


def test_ps256_is_verified_with_sha_256():
    key = RSAKey.generate_key(2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = key.private_key.sign(b"base", pss, hashes.SHA256())
    verify_bytes(b"base", signature, key.as_dict(private=False), "PS256")
    with pytest.raises(SignatureError):
        verify_bytes(b"base", signature, key.as_dict(private=False), "rsa-pss-sha512")


def test_bytes_are_written_as_a_structured_field_has_them():
    assert byte_sequence(b"\xff\x00") == ":/wA=:"
