"""OAuth 2.0: the token endpoint, the keys tokens are verified with, and the metadata that says where they are."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from gateway.api.dependencies import Gw, Transaction
from gateway.identity.assertion import METHOD
from gateway.identity.scopes import SCOPES
from gateway.identity.token_endpoint import issue_token

router = APIRouter(tags=["OAuth 2.0 登录"])
LARGEST_BODY = 64 * 1024
MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "/oauth/token",
    summary="Get an access token 获取访问令牌",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type", "client_assertion_type", "client_assertion"],
                        "properties": {
                            "grant_type": {"const": "client_credentials"},
                            "client_assertion_type": {
                                "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                            },
                            "client_assertion": {
                                "type": "string",
                                "description": "A JWT signed with the client's key, aud = issuer.",
                            },
                            "scope": {"type": "string"},
                        },
                    }
                }
            },
        }
    },
)
async def token(request: Request, gateway: Gw, session: Transaction) -> JSONResponse:
    """Answer client_credentials with private_key_jwt; errors are those of RFC 6749 5.2 and name the fault."""
    form = await _read_form(request)
    if isinstance(form, str):
        body = {"error": "invalid_request", "error_description": form}
        return JSONResponse(body, status_code=400, headers=NO_STORE)
    answer = await issue_token(session, gateway, form, datetime.now(UTC))
    headers = {**answer.headers, **NO_STORE}
    if answer.status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_client"'
    return JSONResponse(answer.body, status_code=answer.status, headers=headers)


async def _read_form(request: Request) -> dict[str, str] | str:
    """Return the form, or what is wrong with it; read by us because a lax parser lets repeated parameters through."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return f"The body must be {FORM}."
    if "authorization" in request.headers or request.url.query:
        return "Authenticate with client_assertion alone, and put every parameter in the body."
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return "The body is too large."
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return "The body is not UTF-8 or has too many parameters."
    form = dict(pairs)
    if len(form) != len(pairs):
        return "A parameter is repeated."
    if "client_secret" in form:
        return "Secrets are not accepted: sign a client_assertion."
    return form


@router.get("/oauth/jwks", summary="Keys of access tokens 令牌公钥")
async def jwks(gateway: Gw) -> dict[str, object]:
    """Return the public keys that access tokens are verified with (RFC 7517)."""
    return {"keys": [gateway.keys.public("token")]}


@router.get("/.well-known/oauth-authorization-server", summary="Metadata 元数据 (RFC 8414)")
async def metadata(gateway: Gw) -> dict[str, object]:
    """Return where everything is and what is spoken there."""
    return dict(build_metadata(gateway.settings.issuer))


def build_metadata(issuer: str) -> AuthorizationServerMetadata:
    """Build the metadata document of an issuer."""
    return AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth/token",
        jwks_uri=f"{issuer}/oauth/jwks",
        response_types_supported=[],
        grant_types_supported=["client_credentials"],
        token_endpoint_auth_methods_supported=[METHOD],
        token_endpoint_auth_signing_alg_values_supported=["PS256", "ES256", "Ed25519", "EdDSA"],
        scopes_supported=sorted(set().union(*SCOPES.values())),
    )
