"""Who is calling: the access token, the proof that it is the caller's own, and what may have ended it since.

A proof opens one write over all workers: it is claimed in the database. `working` claims it in the unit it opens;
`require`, for routes whose use case takes several units, in a group of its own before; `proving` leaves it to the use
case, which claims it in the transaction that answers. For reads each worker remembers the proofs it has seen.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import text

from gateway.identity.clients.peer import address_of
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.doorkeeper import Doorkeeper
from gateway.identity.log_age import demand_signed_log
from gateway.identity.refusals import note_caller
from gateway.identity.tokens.access_tokens import AccessToken, TokenError
from gateway.identity.tokens.binding import BindingError, NonceNeededError, read_binding
from gateway.identity.tokens.dpop import Proof
from gateway.identity.tokens.marks import Mark, claim_all, proof_mark
from gateway.runtime import clock
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units, commit_point
from signing.jws import ALGORITHMS

_UNAWAITED = text("SET LOCAL synchronous_commit = off")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def require(*scopes: str) -> Callable[[Request], Awaitable[Actor]]:
    """Make a dependency that lets in callers with one of these scopes; suspension acts within BOUND_SECONDS."""

    async def caller(request: Request) -> Actor:
        actor = await _authorise(request, scopes)
        if mark := unclaimed_proof(request):
            doorkeeper: Doorkeeper = request.app.state.gateway
            if not await doorkeeper.groups.join("proof.claim", _claim_ahead, mark):
                raise proof_used()
        return actor

    return _guard(caller, scopes)


def proving(*scopes: str) -> Callable[[Request], Awaitable[Actor]]:
    """Make a dependency that does the same and leaves the proof, `unclaimed_proof`, to the use case."""

    async def caller(request: Request) -> Actor:
        return await _authorise(request, scopes)

    return _guard(caller, scopes)


def working(*scopes: str) -> Callable[..., AsyncIterator[UnitOfWork]]:
    """Make a dependency that lets in callers with one of these scopes and opens a unit of work for them.

    Ask for it with scope="function": it commits before the response is sent. The default would commit after it, and a
    commit that failed had said 200.
    """
    caller = proving(*scopes)

    async def work(
        request: Request, units: Units, actor: Annotated[Actor, Depends(caller)]
    ) -> AsyncIterator[UnitOfWork]:
        async with units.begin(commit_point(request), actor) as opened:
            mark = unclaimed_proof(request)
            if mark and not (await claim_proofs(opened, [mark]))[0]:
                raise proof_used()
            yield opened

    return work


def unclaimed_proof(request: Request) -> Mark | None:
    """Return what is to be claimed for a write with a DPoP proof; None for a read, and with a certificate."""
    proof: Proof | None = request.state.proof
    return proof_mark(proof) if proof and request.method not in _READS else None


def proof_used() -> DeniedError:
    """Say that the proof was used before."""
    detail = (
        "此持有证明已用过，每次请求须重新签名 "
        "DPoP: this proof was used before: sign one for each request, with a jti of its own."
    )
    return _refuse(detail, error="invalid_dpop_proof", slug="invalid-dpop-proof")


def _guard(
    ask: Callable[[Request], Awaitable[Actor]], scopes: tuple[str, ...]
) -> Callable[[Request], Awaitable[Actor]]:
    """Make the dependency: asked before the body is read and by the route, it asks once, as a proof is good once."""

    async def caller(request: Request) -> Actor:
        admitted: dict[tuple[str, ...], Actor] = request.scope.setdefault("xinqiao.admitted", {})
        if scopes not in admitted:
            admitted[scopes] = await ask(request)
        return admitted[scopes]

    caller.scopes = scopes  # type: ignore[attr-defined]  # asked for by web/router.py and the interface
    return caller


async def _claim_ahead(work: UnitOfWork, group: Sequence[Mark]) -> list[bool]:
    """Claim the proofs of writes that follow in units of their own; tell whose was new.

    This commit does not wait for the disk: the write's does, and the claim stands before it in the same log. Where the
    write did not come to that, nothing was done with the proof.
    """
    await work.session.execute(_UNAWAITED)
    return await claim_proofs(work, group)


async def claim_proofs(work: UnitOfWork, group: Sequence[Mark]) -> list[bool]:
    """Claim each of these proofs (`unclaimed_proof`) in an open unit; tell which were new."""
    taken = await claim_all(work.session, [[mark] for mark in group])
    return [mark is None for mark in taken]


async def _authorise(request: Request, scopes: tuple[str, ...]) -> Actor:
    doorkeeper: Doorkeeper = request.app.state.gateway
    token = _read_token(request, doorkeeper, clock.now().timestamp())
    access = await doorkeeper.access.current()
    if token.jti in access.revoked:
        raise _refuse("访问令牌已撤销，请重新获取 The access token was revoked: get a new one.")
    if token.person in access.suspended:
        raise _refuse("此令牌所代表的人员已暂停 The person this token acts for is suspended.")
    doorkeeper.limiter.admit(_actor_of(token), access.rates)
    if reason := access.stopped.get(token.client_id) or access.stopped.get(token.account or ""):
        raise DeniedError(reason)
    if token.client_id in access.networks and not access.admits(
        token.client_id, address_of(request, doorkeeper.settings)
    ):
        raise DeniedError(
            "address-not-allowed",
            "此客户端不能从这个地址使用 This client is not used from this address: ask the operator.",
        )
    if token.scopes.isdisjoint(scopes):
        challenge = f'DPoP error="insufficient_scope", scope="{scopes[0]}"'
        kinds = ", ".join(kind for kind, held in SCOPES.items() if held & set(scopes))
        detail = (
            f"需要权限范围 {'、'.join(scopes)}，这几类客户端可有：{kinds}。"
            f"This needs the scope {' or '.join(scopes)}, which these kinds of clients may have: {kinds}."
        )
        raise DeniedError("insufficient-scope", detail, headers={"WWW-Authenticate": challenge})
    await demand_signed_log(request)
    return _actor_of(token)


def _actor_of(token: AccessToken) -> Actor:
    """Return who acts: of an intermediary, the account in whose name it does."""
    through = token.client_id if token.account else None
    return Actor(
        token.account or token.client_id, token.kind, token.institution, token.subject, token.scopes, token.person,
        through, token.intermediary,
    )  # fmt: skip


def _read_token(request: Request, doorkeeper: Doorkeeper, now: float) -> AccessToken:
    """Return the token once it is proved to be the caller's own. Raises DeniedError."""
    values = request.headers.getlist("authorization")
    scheme, _, text = (values[0] if len(values) == 1 else "").partition(" ")
    scheme, text = scheme.lower(), text.strip()
    if scheme not in {"dpop", "bearer"} or not text:
        raise _refuse(
            "请附上本平台签发的访问令牌 Send an access token of this issuer: Authorization: DPoP …", error=None
        )
    try:
        token = doorkeeper.tokens.read(text, now)
    except TokenError as fault:
        raise _refuse(str(fault)) from fault
    note_caller(request, _actor_of(token))
    method, thumbprint = token.confirmation
    if (scheme == "dpop") != (method == "jkt"):
        raise _refuse(
            "绑定密钥的令牌以 DPoP 发送，绑定证书的以 Bearer 发送。 "
            "A token bound to a proof key is sent as DPoP, one bound to a certificate as Bearer."
        )
    try:
        binding = read_binding(request, doorkeeper.settings, doorkeeper.issuer.nonces, now, text)
    except NonceNeededError as fault:
        headers = {"DPoP-Nonce": doorkeeper.issuer.nonces.make(now)}
        raise _refuse(
            f"持有证明须带新的随机数 {fault}", error="use_dpop_nonce", slug="use-dpop-nonce", **headers
        ) from fault
    except BindingError as fault:
        raise _refuse(f"持有证明有误 {fault}", error="invalid_dpop_proof", slug="invalid-dpop-proof") from fault
    if (binding.method, binding.thumbprint) != (method, thumbprint):
        raise _refuse("访问令牌绑定在另一密钥上 The access token is bound to another key.")
    _check_replay(doorkeeper, binding.proof, now)
    request.state.proof = binding.proof
    return token


def _check_replay(doorkeeper: Doorkeeper, proof: Proof | None, now: float) -> None:
    if proof and not doorkeeper.replay.first(f"{proof.thumbprint}:{proof.jti}", proof.ends, now):
        raise proof_used()


def _refuse(
    detail: str, *, error: str | None = "invalid_token", slug: str = "unauthenticated", **headers: str
) -> DeniedError:
    """Build the challenge (RFC 9449 7.1); one that brought no token at all is told no error (RFC 6750 3.1)."""
    algs = f'algs="{" ".join(ALGORITHMS)}"'
    challenge = f'DPoP error="{error}", {algs}' if error else f"DPoP {algs}"
    return DeniedError(slug, detail, headers={"WWW-Authenticate": challenge, **headers})
