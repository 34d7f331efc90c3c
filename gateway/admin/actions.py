"""Every change an operator can make, each a model that says what it needs and how it is made."""

import ipaddress
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from connectors.personal.sealing import Protector
from gateway.admin.action import Action, Id, Jwk, Reason
from gateway.admin.record_actions import EraseSubject, RepairRecord
from gateway.identity.clients import registry
from gateway.identity.clients.client_keys import add_key, retire_key
from gateway.identity.clients.limits import Limits, set_limits, set_signing
from gateway.identity.clients.standing import change_standing
from gateway.inquiries.plans import set_plan
from gateway.runtime.work import UnitOfWork


class AddInstitution(Action):
    """登记机构 Register an institution, with the period of its agreement."""

    action: Literal["institution.add"] = "institution.add"
    institution: Id
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[Literal["bank", "guarantee", "micro_loan", "other"], Field(alias="class")]
    agreement_from: date | None = None
    agreement_until: date | None = None

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await registry.add_institution(
            work, institution_id=self.institution, name=self.name, kind=self.kind,
            agreement=(self.agreement_from, self.agreement_until),
        )  # fmt: skip


class SetAgreement(Action):
    """协议期限 Set the period of an institution's agreement; both days belong to it, none is open."""

    action: Literal["institution.agreement"] = "institution.agreement"
    institution: Id
    agreement_from: date | None = None
    agreement_until: date | None = None

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await registry.set_agreement(
            work, institution_id=self.institution,
            agreement=(self.agreement_from, self.agreement_until),
        )  # fmt: skip


class AddClient(Action):
    """登记客户端 Register a client with its public key."""

    action: Literal["client.add"] = "client.add"
    client: Id
    kind: Literal["account", "agency", "signatory", "platform", "auditor", "operator"]
    key: Jwk
    institution: Id | None = None
    subject: Annotated[str | None, Field(max_length=64)] = None

    @property
    def risky(self) -> bool:
        """Operators, auditors and platforms may see or do much."""
        return self.kind in {"operator", "auditor", "platform"}

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await registry.add_client(
            work, client_id=self.client, kind=self.kind, jwk=self.key,
            institution_id=self.institution, subject=self.subject,
        )  # fmt: skip


class ChangeStanding(Action):
    """停用、恢复、注销 Suspend (at once), resume or close an institution or a client; acts on the next request."""

    action: Literal["standing"] = "standing"
    change: Literal["suspend", "resume", "close"]
    whose: Annotated[
        str, Field(pattern=r"^(institution|client):[a-z0-9._-]+$", description="institution:… or client:…")
    ]
    reason: Reason

    @property
    def risky(self) -> bool:
        """Stopping is urgent and can be undone; the others open a door, or close one for good."""
        return self.change != "suspend"

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await change_standing(work, whose=self.whose, change=self.change, reason=self.reason)


class SetLimits(Action):
    """账户权限 Set what a client may do and from where; null is no limit beyond its kind's."""

    risky: ClassVar[bool] = True
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
        return None if networks is None else [str(ipaddress.ip_network(network)) for network in networks]

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        limits = Limits(self.scopes, self.products, self.networks, self.redirect_uris)
        await set_limits(work, client_id=self.client, limits=limits)


class SetSigning(Action):
    """部门签名 Say whether an agency's deliveries must be signed."""

    action: Literal["client.signing"] = "client.signing"
    client: Id
    required: bool

    @property
    def risky(self) -> bool:
        """Asking for signatures closes a door; asking for none opens one."""
        return not self.required

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await set_signing(work, client_id=self.client, required=self.required)


class AddKey(Action):
    """更换客户端密钥 Add a client's next key; the others end after the overlap."""

    risky: ClassVar[bool] = True
    action: Literal["client.key"] = "client.key"
    client: Id
    key: Jwk
    overlap_hours: Annotated[int, Field(ge=0, le=24 * 90)] = 24 * 7

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await add_key(
            work, client_id=self.client, jwk=self.key,
            overlap_hours=self.overlap_hours,
        )  # fmt: skip


class RetireKey(Action):
    """作废客户端密钥 Retire a client's key at once: it leaked. Its tokens end too."""

    action: Literal["client.key-retire"] = "client.key-retire"
    client: Id
    kid: Annotated[str, Field(min_length=1, max_length=200)]

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await retire_key(work, client_id=self.client, kid=self.kid)


class SetQuota(Action):
    """设定配额 Set a quota plan from now on."""

    action: Literal["quota.set"] = "quota.set"
    scope: Literal["account", "institution"]
    id: Id
    per_day: Annotated[int, Field(ge=0)]
    per_month: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def check(self) -> "SetQuota":
        """A month holds at least a day."""
        if self.per_day > self.per_month:
            raise ValueError("per_day 大于 per_month per_day is more than per_month")
        return self

    async def apply(self, work: UnitOfWork, _protector: Protector) -> None:
        await set_plan(
            work, scope=self.scope, scope_id=self.id, per_day=self.per_day, per_month=self.per_month
        )  # fmt: skip


AnyAction = Annotated[
    AddInstitution | SetAgreement | AddClient | ChangeStanding | SetLimits | AddKey | RetireKey
    | SetQuota | SetSigning | RepairRecord | EraseSubject,
    Field(discriminator="action"),
]  # fmt: skip
