"""OAuth 2.0 at FAPI 2.0 level: tokens, whether they are alive, their keys, and the metadata that says where all is."""

from datetime import UTC, datetime

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from audit.errors import AuditError
from gateway.identity.clients.registered import METHOD
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.tokens.authorization_server import Answer
from gateway.identity.tokens.binding import Binding, BindingError, NonceNeededError, read_binding
from gateway.identity.tokens.pushed_requests import push_request
from gateway.identity.tokens.token_endpoint import issue_token
from gateway.identity.tokens.token_state import introspect, revoke
from gateway.runtime.denial import DeniedError
from gateway.runtime.keystore import JWKS_CACHE_SECONDS
from gateway.web.dependencies import Gw, Transaction, get_gateway
from gateway.web.forms import OAuthForm, describe_form, read_form
from gateway.web.plain_route import PlainRoute
from signing.jws import ALGORITHMS

router = APIRouter(tags=["OAuth 2.0 登录"])
TEXT = {"type": "string"}
GRANTS = ["client_credentials", "authorization_code"]


async def token(request: Request) -> JSONResponse:
    """Give a token for private_key_jwt and a DPoP proof or a certificate; errors name the fault."""
    gateway, form, now = get_gateway(request), await read_form(request), datetime.now(UTC)
    try:
        answer = await issue_token(gateway, form, _binding(request, gateway, now), now)
    except (SQLAlchemyError, AuditError, OSError) as fault:
        detail = "The request could not be recorded, so no token was given 无法留痕，未发令牌。"
        raise DeniedError("audit-unavailable", detail, headers={"Retry-After": "5"}) from fault
    return _respond(answer)


router.add_api_route(
    "/oauth/token",
    token,
    methods=["POST"],
    route_class_override=PlainRoute,
    summary="Get an access token 获取访问令牌",
    openapi_extra=describe_form(
        ["grant_type"], grant_type={"enum": GRANTS}, scope=TEXT, resource=TEXT, code=TEXT, redirect_uri=TEXT,
        code_verifier=TEXT,
    ),
)  # fmt: skip


@router.post(
    "/oauth/par",
    status_code=201,
    summary="Push an authorization request 推送授权请求",
    openapi_extra=describe_form(
        ["response_type", "redirect_uri", "scope", "code_challenge", "code_challenge_method"],
        response_type={"const": "code"}, redirect_uri=TEXT, scope=TEXT, state=TEXT, code_challenge=TEXT,
        code_challenge_method={"const": "S256"}, dpop_jkt=TEXT, resource=TEXT,
    ),
)  # fmt: skip
async def par(request: Request, gateway: Gw, session: Transaction, form: OAuthForm) -> JSONResponse:
    """Keep a request for 90 seconds and name it; the browser is then sent to /oauth/authorize with that name."""
    now = datetime.now(UTC)
    binding = _binding(request, gateway, now) if "dpop" in request.headers else None
    return _respond(await push_request(session, gateway, form, binding, now))


@router.post(
    "/oauth/introspect",
    summary="Is a token alive 令牌是否有效",
    openapi_extra=describe_form(["token"], token=TEXT, token_type_hint=TEXT),
)
async def introspection(gateway: Gw, session: Transaction, form: OAuthForm) -> JSONResponse:
    """Return what the client's own token says, or {"active": false} (RFC 7662)."""
    return _respond(await introspect(session, gateway, form, datetime.now(UTC)))


@router.post(
    "/oauth/revoke",
    summary="Take a token back 吊销令牌",
    openapi_extra=describe_form(["token"], token=TEXT, token_type_hint=TEXT),
)
async def revocation(gateway: Gw, form: OAuthForm) -> JSONResponse:
    """Take back the client's own token; 200 whatever it was (RFC 7009 2.2)."""
    return _respond(await revoke(gateway, form, datetime.now(UTC)))


@router.get("/oauth/jwks", summary="Keys of access tokens 令牌公钥")
async def jwks(gateway: Gw) -> JSONResponse:
    """Return the public keys that access tokens are verified with (RFC 7517), the coming one too."""
    await gateway.access.current()
    headers = {"Cache-Control": f"public, max-age={JWKS_CACHE_SECONDS}"}
    return JSONResponse({"keys": gateway.keys.publics("token")}, headers=headers)


@router.get("/.well-known/oauth-authorization-server", summary="Metadata 元数据 (RFC 8414)")
async def metadata(gateway: Gw) -> dict[str, object]:
    """Return where everything is and what is spoken there."""
    return dict(build_metadata(gateway.settings.issuer))


def build_metadata(issuer: str) -> AuthorizationServerMetadata:
    """Build the metadata document of an issuer."""
    names = ("token", "introspection", "revocation")
    methods = {f"{name}_endpoint_auth_methods_supported": [METHOD] for name in names}
    algorithms = {f"{name}_endpoint_auth_signing_alg_values_supported": ALGORITHMS for name in names}
    return AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth/token",
        introspection_endpoint=f"{issuer}/oauth/introspect",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        jwks_uri=f"{issuer}/oauth/jwks",
        authorization_endpoint=f"{issuer}/oauth/authorize",
        pushed_authorization_request_endpoint=f"{issuer}/oauth/par",
        require_pushed_authorization_requests=True,
        authorization_response_iss_parameter_supported=True,
        response_types_supported=["code"],
        response_modes_supported=["query"],
        code_challenge_methods_supported=["S256"],
        grant_types_supported=GRANTS,
        dpop_signing_alg_values_supported=ALGORITHMS,
        tls_client_certificate_bound_access_tokens=True,
        scopes_supported=sorted(set().union(*SCOPES.values())),
        **methods,
        **algorithms,
    )


def _binding(request: Request, gateway: Gw, now: datetime) -> Binding | BindingError | NonceNeededError:
    """Return what the caller proves to hold, or why not: who sends no good assertion is told that first."""
    try:
        return read_binding(request, gateway.settings, gateway.nonces, now.timestamp())
    except (BindingError, NonceNeededError) as fault:
        return fault


def _respond(answer: Answer) -> JSONResponse:
    """Send an answer; RFC 6749 5.2 wants a challenge where the client could not be authenticated."""
    headers = {**answer.headers, "Cache-Control": "no-store"}
    if answer.status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_client"'
    return JSONResponse(answer.body, status_code=answer.status, headers=headers)
