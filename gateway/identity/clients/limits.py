"""What one client may do within its kind, and from where."""

from dataclasses import asdict, dataclass

from gateway.identity.clients.redirect_address import is_redirect_address
from gateway.identity.clients.scopes import SCOPES
from gateway.identity.clients.unknown import no_client
from gateway.identity.tables import Client
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class Limits:
    """Scopes, products and networks (CIDR), each None where nothing limits it; where codes may be sent."""

    scopes: list[str] | None
    products: list[str] | None
    networks: list[str] | None
    redirect_uris: list[str]


async def set_limits(work: UnitOfWork, *, client_id: str, limits: Limits) -> None:
    """Replace a client's limits. Raises DeniedError for an unknown client, scope, or an unsafe address."""
    row = await work.session.get(Client, client_id, with_for_update=True)
    if row is None:
        raise await no_client(work, client_id)
    foreign = set(limits.scopes or ()) - SCOPES[row.kind]
    if foreign:
        raise DeniedError(
            "change-refused",
            f"此类客户端不能有这些权限 a client of kind {row.kind} cannot have {', '.join(sorted(foreign))}",
        )
    for address in limits.redirect_uris:
        if not is_redirect_address(address):
            raise DeniedError(
                "change-refused",
                "授权码只发往 https 地址：写明主机名，不带用户名、片段和通配符 "
                f"{address}: a code is sent to an https address of a named host, without user, fragment or wildcard",
            )
    row.scopes, row.products = limits.scopes, limits.products
    row.networks, row.redirect_uris = limits.networks, limits.redirect_uris
    await work.record(
        "client.limited", {"client": client_id, **asdict(limits)}, institution=row.institution_id,
        account=client_id if row.institution_id else None, outcome="set",
    )  # fmt: skip
    await work.session.flush()


async def set_for_people(work: UnitOfWork, *, client_id: str, allowed: bool) -> None:
    """Say whether people may ask through an account. Raises DeniedError where it is no account."""
    row = await work.session.get(Client, client_id, with_for_update=True)
    if row is None or row.kind != "account":
        raise await no_client(work, client_id, "account")
    row.for_people = allowed
    await work.record(
        "client.for_people", {"client": client_id, "allowed": allowed}, institution=row.institution_id,
        account=client_id, outcome="allowed" if allowed else "refused",
    )  # fmt: skip
    await work.session.flush()


async def set_signing(work: UnitOfWork, *, client_id: str, required: bool) -> None:
    """Say whether what an agency hands in is refused unless signed. Raises DeniedError where it is no agency."""
    row = await work.session.get(Client, client_id, with_for_update=True)
    if row is None or row.kind != "agency":
        raise await no_client(work, client_id, "agency")
    row.must_sign = required
    payload = {"client": client_id, "required": required}
    await work.record("client.signing", payload, outcome="required" if required else "optional")
    await work.session.flush()
