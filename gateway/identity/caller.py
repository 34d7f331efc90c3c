"""Who is calling: the access token read and checked, and the client behind it as it stands now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.api.dependencies import Transaction, get_gateway
from gateway.identity.token_endpoint import TOKEN_TYPE
from gateway.problems import ProblemError
from gateway.state import Gateway
from signing.errors import SignatureError
from signing.jws import verify_jws

LARGEST_TOKEN = 4096
_CLIENT = text("""
    SELECT c.kind, c.institution_id, c.subject, c.status, coalesce(i.status, 'active') AS institution_status
    FROM client c LEFT JOIN institution i USING (institution_id) WHERE c.client_id = :id
""")


@dataclass(frozen=True)
class Caller:
    """An authenticated client: id, kind, institution (accounts only), enterprise (signatories only), scopes."""

    client_id: str
    kind: str
    institution_id: str | None
    subject: str | None
    scopes: frozenset[str]


def require(*scopes: str) -> Callable[[Request, AsyncSession], Awaitable[Caller]]:
    """Make a dependency that lets in callers with one of these scopes; suspension acts on the next request."""

    async def caller(request: Request, session: Transaction) -> Caller:
        return await _authorise(request, session, scopes)

    return caller


def require_first(*scopes: str) -> Callable[[Request], Awaitable[Caller]]:
    """Make the same dependency with a transaction of its own, for bodies that take long to arrive."""

    async def caller(request: Request) -> Caller:
        async with get_gateway(request).database.begin("caller") as session:
            return await _authorise(request, session, scopes)

    return caller


async def _authorise(request: Request, session: AsyncSession, scopes: tuple[str, ...]) -> Caller:
    claims = _read_token(request, get_gateway(request), datetime.now(UTC))
    held = frozenset(str(claims["scope"]).split())
    if held.isdisjoint(scopes):
        raise ProblemError(
            "insufficient-scope",
            403,
            f"This needs the scope {' or '.join(scopes)}.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scopes[0]}"'},
        )
    row = (await session.execute(_CLIENT, {"id": claims["client_id"]})).one_or_none()
    if row is None or row.status != "active":
        raise ProblemError("account-suspended", 403, "This client is suspended: ask the platform's operator.")
    if row.institution_status != "active":
        raise ProblemError("institution-suspended", 403, "The institution is suspended: ask the operator.")
    return Caller(str(claims["client_id"]), row.kind, row.institution_id, row.subject, held)


def _read_token(request: Request, gateway: Gateway, now: datetime) -> dict[str, object]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= LARGEST_TOKEN:
        raise _unauthenticated("Send an access token of this issuer: Authorization: Bearer …")
    try:
        claims = verify_jws(token.strip(), [gateway.keys.public("token")], TOKEN_TYPE)
    except (SignatureError, UnicodeError) as fault:
        raise _unauthenticated("The access token is not one of this issuer, or was changed.") from fault
    issuer, expires = gateway.settings.issuer, claims["exp"]
    if claims["iss"] != issuer or claims["aud"] != issuer:
        raise _unauthenticated("The access token is for another service.")
    if not isinstance(expires, int) or expires <= now.timestamp():
        raise _unauthenticated("The access token has expired: get a new one.")
    return claims


def _unauthenticated(detail: str) -> ProblemError:
    return ProblemError("unauthenticated", 401, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
