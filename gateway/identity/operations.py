"""What the operations of logging in answer, and the keys that verify what is signed."""

from collections.abc import Mapping

from gateway.web.operations import Operation

KEY = {"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
TOKEN_KEY = {"kty": "EC", "crv": "P-256", "kid": "t1", "alg": "ES256", "x": "f83OJ3D2…", "y": "x_FEzRu9…"}
ASSERTION = {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "eyJhbGciOiJFUzI1NiIs…",
}
ERRORS = {400: "invalid_request", 401: "invalid_client"}
ISSUER = "http://127.0.0.1:8000"

OPERATIONS: Mapping[str, Operation] = {
    "POST /oauth/token": Operation(
        ("audit-unavailable",),
        sent={"grant_type": "client_credentials", **ASSERTION},
        answered={
            "access_token": "eyJhbGciOiJFUzI1NiIs…",
            "token_type": "DPoP",
            "expires_in": 300,
            "scope": "inquiries consents usage-results webhooks",
        },
        oauth=ERRORS,
    ),
    "POST /oauth/par": Operation(
        sent={
            "response_type": "code",
            "redirect_uri": "https://bank.example/back",
            "scope": "inquiries",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            **ASSERTION,
        },
        answered={"request_uri": "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c", "expires_in": 90},
        oauth=ERRORS,
    ),
    "POST /oauth/introspect": Operation(
        sent={"token": "eyJhbGciOiJFUzI1NiIs…", **ASSERTION}, answered={"active": False}, oauth=ERRORS
    ),
    "POST /oauth/revoke": Operation(sent={"token": "eyJhbGciOiJFUzI1NiIs…", **ASSERTION}, answered={}, oauth=ERRORS),
    "GET /oauth/jwks": Operation(answered={"keys": [TOKEN_KEY]}),
    "GET /.well-known/oauth-authorization-server": Operation(
        answered={"issuer": ISSUER, "token_endpoint": f"{ISSUER}/oauth/token"}
    ),
    "GET /.well-known/xinqiao-keys": Operation(
        answered={
            "issuer": ISSUER,
            **dict.fromkeys(("batch", "consent", "answer", "delivery"), KEY),
            "audit": "xinqiao.example/wz+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        }
    ),
    "GET /oauth/authorize": Operation(
        answered="<!doctype html>…",
        also={
            303: "先登录 The person signs in first.",
            400: "请求已用过或过期 The request is used up or has expired; a page says so.",
        },
    ),
}
