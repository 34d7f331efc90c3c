"""What two officers do about consents: set a template, invalidate a consent, register a signatory's mandate."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from gateway.admin.action import Action, Means, Reason
from gateway.consents.ending import invalidate_consent
from gateway.consents.templates import get_template, outline, set_template
from gateway.identity.clients.mandates import Mandate, find_mandate, set_mandate
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

Signatory = Annotated[
    str,
    Field(pattern=r"^(person:)?[a-z0-9][a-z0-9._-]{1,62}$", description="签署人 A client, or person:…"),
]


class SetTemplate(Action):
    """授权模板 Set a template of consents, as GET /v1/consent-templates shows one, from a moment on."""

    action: Literal["consent.template"] = "consent.template"
    template: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$", max_length=63)]
    content: Annotated[dict[str, Any], Field(max_length=20, description="模板的内容 As it is written.")]
    effective_from: AwareDatetime | None = None

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        try:
            versions = await get_template(work, self.template)
        except DeniedError:
            return {}
        return {**outline(versions[-1]), "effective_from": versions[-1]["effective_from"]}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        written = {**self.content, "template": self.template}
        await set_template(work, written, self.effective_from)


class InvalidateConsent(Action):
    """作废授权 End a consent that should not be one, for good."""

    action: Literal["consent.invalidate"] = "consent.invalidate"
    consent: UUID
    reason: Reason

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await invalidate_consent(work, self.consent, self.reason)


class SetMandate(Action):
    """签署人的委托 Say on which mandate a signatory acts, and until when."""

    action: Literal["signatory.mandate"] = "signatory.mandate"
    signatory: Signatory
    role: Literal["legal_rep", "agent"]
    reference: Annotated[str | None, Field(min_length=1, max_length=200, description="委托书号 Its number.")] = None
    valid_until: AwareDatetime | None = None
    holder: Annotated[
        str | None, Field(pattern=r"^[0-9a-f]{64}$", description="本人的散列 A hash that names the person.")
    ] = None

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        found = await find_mandate(work, self.signatory)
        until = found.valid_until.isoformat() if found.valid_until else None
        return {"role": found.role, "reference": found.reference, "valid_until": until, "holder": found.holder}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        mandate = Mandate(self.role, self.reference, self.valid_until, self.holder)
        await set_mandate(work, self.signatory, mandate)
