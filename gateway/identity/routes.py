"""OAuth 2.0 at FAPI 2.0 level: tokens, whether they are alive, their keys, and the metadata that says where all is."""

from datetime import datetime

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from audit.errors import AuditError
from gateway.identity.clients.registered import METHOD
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.dependencies import TheAccess, TheIssuer
from gateway.identity.doorkeeper import Doorkeeper
from gateway.identity.tokens.authorization_server import Answer
from gateway.identity.tokens.binding import Binding, BindingError, NonceNeededError, read_binding
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.pushed_requests import push_request
from gateway.identity.tokens.token_endpoint import exchange_code, issue_token
from gateway.identity.tokens.token_state import introspect, revoke
from gateway.runtime import clock
from gateway.runtime.actor import ANYONE
from gateway.runtime.denial import DeniedError
from gateway.runtime.keystore import JWKS_CACHE_SECONDS
from gateway.runtime.settings import Settings
from gateway.web.dependencies import Keys, TheSettings, Units
from gateway.web.forms import OAuthForm, describe_form, read_form
from gateway.web.router import SMALL_BYTES, Router, bounded
from signing.jws import ALGORITHMS

router = Router(tags=["登录 OAuth 2.0"])
TEXT = {"type": "string"}
GRANTS = ["client_credentials", "authorization_code"]


@router.post(
    "/oauth/token",
    summary="获取访问令牌 Get an access token",
    openapi_extra=describe_form(
        ["grant_type"], grant_type={"enum": GRANTS}, scope=TEXT, resource=TEXT, on_behalf_of=TEXT, code=TEXT,
        redirect_uri=TEXT, code_verifier=TEXT,
    ),
)  # fmt: skip
async def token(request: Request) -> JSONResponse:
    """Give a token for private_key_jwt and a DPoP proof or a certificate; errors name the fault."""
    opened: Doorkeeper = request.app.state.gateway
    form, now = await read_form(request), clock.now()
    binding = _binding(request, opened.settings, opened.issuer, now)
    try:
        await opened.access.current()  # the key that signs now
        if form.get("grant_type") == "authorization_code":
            answer = await exchange_code(opened.units, opened.issuer, form, binding, now)
            if answer.body.get("error") == "invalid_grant":
                opened.access.expire()  # a code that came twice took its token along
        else:
            answer = await issue_token(opened.units, opened.groups, opened.issuer, form, binding, now)
    except (SQLAlchemyError, AuditError, OSError) as fault:
        detail = "无法留痕，未发令牌 The request could not be recorded, so no token was given."
        raise DeniedError("audit-unavailable", detail, headers={"Retry-After": "5"}) from fault
    return _respond(answer)


async def token_in_front(request: Request) -> Response:
    """Do the same in front of the framework's layers (web/front.py), which takes nothing from a route of forms."""
    return await token(bounded(request, SMALL_BYTES))


@router.post(
    "/oauth/par",
    status_code=201,
    summary="推送授权请求 Push an authorization request",
    openapi_extra=describe_form(
        ["response_type", "redirect_uri", "scope", "code_challenge", "code_challenge_method"],
        response_type={"const": "code"}, redirect_uri=TEXT, scope=TEXT, state=TEXT, code_challenge=TEXT,
        code_challenge_method={"const": "S256"}, dpop_jkt=TEXT, resource=TEXT,
    ),
)  # fmt: skip
async def par(
    request: Request, units: Units, settings: TheSettings, issuer: TheIssuer, form: OAuthForm
) -> JSONResponse:
    """Keep a request for 90 seconds and name it; the browser is then sent to /oauth/authorize with that name."""
    async with units.begin("token.par", ANYONE) as work:
        binding = _binding(request, settings, issuer, work.now) if "dpop" in request.headers else None
        answer = await push_request(work, issuer, form, binding)
    return _respond(answer)


@router.post(
    "/oauth/introspect",
    summary="令牌是否有效 Is a token alive",
    openapi_extra=describe_form(["token"], token=TEXT, token_type_hint=TEXT),
)
async def introspection(units: Units, issuer: TheIssuer, form: OAuthForm) -> JSONResponse:
    """Return what the client's own token says, or {"active": false} (RFC 7662)."""
    async with units.begin("token.introspect", ANYONE) as work:
        answer = await introspect(work, issuer, form)
    return _respond(answer)


@router.post(
    "/oauth/revoke",
    summary="吊销令牌 Take a token back",
    openapi_extra=describe_form(["token"], token=TEXT, token_type_hint=TEXT),
)
async def revocation(units: Units, issuer: TheIssuer, access: TheAccess, form: OAuthForm) -> JSONResponse:
    """Take back the client's own token; 200 whatever it was (RFC 7009 2.2)."""
    async with units.begin("token.revoke", ANYONE) as work:
        answer = await revoke(work, issuer, form)
    access.expire()
    return _respond(answer)


@router.head("/oauth/jwks", include_in_schema=False)
@router.get("/oauth/jwks", summary="令牌公钥 Keys of access tokens")
async def jwks(keys: Keys, access: TheAccess) -> JSONResponse:
    """Return the public keys that access tokens are verified with (RFC 7517), the coming one too."""
    await access.current()
    headers = {"Cache-Control": f"public, max-age={JWKS_CACHE_SECONDS}"}
    return JSONResponse({"keys": keys.publics("token")}, headers=headers)


@router.head("/.well-known/oauth-authorization-server", include_in_schema=False)
@router.get("/.well-known/oauth-authorization-server", summary="Metadata 元数据 (RFC 8414)")
async def metadata(settings: TheSettings) -> dict[str, object]:
    """Return where everything is and what is spoken there."""
    return dict(build_metadata(settings.issuer))


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


def _binding(
    request: Request, settings: Settings, issuer: TokenIssuer, now: datetime
) -> Binding | BindingError | NonceNeededError:
    """Return what the caller proves to hold, or why not: who sends no good assertion is told that first."""
    try:
        return read_binding(request, settings, issuer.nonces, now.timestamp())
    except (BindingError, NonceNeededError) as fault:
        return fault


def _respond(answer: Answer) -> JSONResponse:
    """Send an answer; RFC 6749 5.2 wants a challenge where the client could not be authenticated."""
    headers = {**answer.headers, "Cache-Control": "no-store"}
    if answer.status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_client"'
    return JSONResponse(answer.body, status_code=answer.status, headers=headers)
