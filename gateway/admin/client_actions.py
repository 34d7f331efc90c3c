"""What is changed of clients: who they are, whose they are, what they may, and the keys they sign with."""

import ipaddress
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from gateway.admin.action import Action, Id, Jwk, Means, Reason, look_at
from gateway.identity.clients import registry
from gateway.identity.clients.client_keys import add_key, current_keys, retire_key
from gateway.identity.clients.limits import Limits, set_for_people, set_limits, set_signing
from gateway.identity.clients.owners import bind_client
from gateway.identity.clients.signatories import effective_from
from gateway.identity.clients.standing import change_standing
from gateway.identity.clients.unknown import no_client
from gateway.identity.tables import Client, Institution
from gateway.runtime.work import UnitOfWork
from gateway.runtime.wrong_values import WrongValueError


async def _get(work: UnitOfWork, client_id: str) -> Client:
    client = await look_at(work, Client, client_id)
    if client is None:
        raise await no_client(work, client_id)
    return client


async def _kind_of(work: UnitOfWork, client_id: str) -> str:
    return (await _get(work, client_id)).kind


class AddClient(Action):
    """登记客户端 Register a client with its public key; an administrator's belongs to a person."""

    action: Literal["client.add"] = "client.add"
    client: Id
    kind: Literal["account", "agency", "signatory", "platform", "office", "auditor", "operator", "system"]
    key: Jwk
    institution: Id | None = None
    subject: Annotated[str | None, Field(max_length=64)] = None
    person: Id | None = None

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        """Of an agency that the catalogue does not know, or an office that is no county, nobody is asked to approve."""
        if self.kind == "agency":
            registry.check_agency(self.client)
        if self.kind == "office":
            registry.check_office(self.client)
        return f"{self.action} {self.kind}"

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        """A signatory of an enterprise that has one already has to wait."""
        not_before = None
        if self.kind == "signatory":
            not_before = await effective_from(work, means.signatory_wait_hours, subject=self.subject)
        await registry.add_client(
            work, client_id=self.client, kind=self.kind, jwk=self.key, institution_id=self.institution,
            subject=self.subject, person=self.person, not_before=not_before,
        )  # fmt: skip


class BindClient(Action):
    """客户端归属 Say which person an administrator's client belongs to."""

    action: Literal["client.person"] = "client.person"
    client: Id
    person: Id

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        return {"person": (await _get(work, self.client)).person_id}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await bind_client(work, client_id=self.client, person=self.person)


class ChangeStanding(Action):
    """停用、恢复、注销 Suspend (at once), resume or close an institution or a client; acts on the next request."""

    action: Literal["standing"] = "standing"
    change: Literal["suspend", "resume", "close"]
    whose: Annotated[
        str, Field(pattern=r"^(institution|client):[a-z0-9._-]+$", description="institution:… or client:…")
    ]
    reason: Reason

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        what, _, identifier = self.whose.partition(":")
        if what == "institution":
            return f"institution.{self.change}"
        return f"client.{self.change} {await _kind_of(work, identifier)}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        what, _, identifier = self.whose.partition(":")
        if what == "institution":
            institution = await look_at(work, Institution, identifier)
            return {"status": institution.status if institution else None}
        return {"status": (await _get(work, identifier)).status}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await change_standing(work, whose=self.whose, change=self.change, reason=self.reason)


class SetLimits(Action):
    """账户权限 Set what a client may do and from where; null is no limit beyond its kind's."""

    action: Literal["client.limits"] = "client.limits"
    client: Id
    scopes: Annotated[list[str] | None, Field(max_length=20)] = None
    products: Annotated[list[str] | None, Field(max_length=20)] = None
    networks: Annotated[list[str] | None, Field(max_length=100, description="地址名单 CIDR blocks.")] = None
    redirect_uris: list[str] = Field(default_factory=list, max_length=10)

    @field_validator("networks")
    @classmethod
    def check_networks(cls, networks: list[str] | None) -> list[str] | None:
        """Take CIDR blocks alone."""
        try:
            return None if networks is None else [str(ipaddress.ip_network(network)) for network in networks]
        except ValueError as fault:
            raise WrongValueError(
                "须为网段，如 10.1.0.0/16 must be blocks of addresses, such as 10.1.0.0/16"
            ) from fault

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {await _kind_of(work, self.client)}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        client = await _get(work, self.client)
        names = ("scopes", "products", "networks", "redirect_uris")
        return {name: getattr(client, name) for name in names}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        limits = Limits(self.scopes, self.products, self.networks, self.redirect_uris)
        await set_limits(work, client_id=self.client, limits=limits)


class SetSigning(Action):
    """部门签名 Say whether an agency's deliveries must be signed."""

    action: Literal["client.signing"] = "client.signing"
    client: Id
    required: bool

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {'required' if self.required else 'optional'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        return {"required": (await _get(work, self.client)).must_sign}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_signing(work, client_id=self.client, required=self.required)


class SetForPeople(Action):
    """人员查询账户 Say whether staff of its institution may ask through an account, at the console."""

    action: Literal["client.for-people"] = "client.for-people"
    client: Id
    allowed: bool

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {'allowed' if self.allowed else 'refused'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        return {"allowed": (await _get(work, self.client)).for_people}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_for_people(work, client_id=self.client, allowed=self.allowed)


class AddKey(Action):
    """更换客户端密钥 Add a client's next key; the others end after the overlap."""

    action: Literal["client.key"] = "client.key"
    client: Id
    key: Jwk
    overlap_hours: Annotated[int, Field(ge=0, le=24 * 90)] = 24 * 7

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {await _kind_of(work, self.client)}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        return {"keys": [key["kid"] for key in await current_keys(work.session, self.client)]}

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        """A signatory's key has to wait; the others stay good until the overlap after that has passed."""
        not_before = await effective_from(work, means.signatory_wait_hours, client_id=self.client)
        await add_key(
            work, client_id=self.client, jwk=self.key, overlap_hours=self.overlap_hours, not_before=not_before
        )  # fmt: skip


class RetireKey(Action):
    """作废客户端密钥 Retire a client's key at once: it leaked. Its tokens end too."""

    action: Literal["client.key-retire"] = "client.key-retire"
    client: Id
    kid: Annotated[str, Field(min_length=1, max_length=200)]

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {await _kind_of(work, self.client)}"

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await retire_key(work, client_id=self.client, kid=self.kid)
