"""What the operations of credentials answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

OPERATIONS: Mapping[str, Operation] = {
    "POST /v1/credentials": Operation(
        ("sharing-not-offered", "holder-key-missing", "nothing-to-share"),
        answered={
            "credential": "eyJhbGciOiJFZDI1NTE5Iiwi…~WyJfMjZiYzRM…~WyJsa2x4RjVq…~",
            "type": "https://credit.example/credentials/score",
            "members": ["band", "score"],
            "until": "2026-12-04T01:08:10+00:00",
            "entry": "01983a2b-7c1d-7e00-8000-000000000020",
        },
    ),
    "GET /.well-known/jwt-vc-issuer": Operation(
        ("sharing-not-offered",),
        answered={
            "issuer": "https://credit.example",
            "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg…", "kid": "answer-1"}]},
        },
    ),
}
