"""What two officers do about consents: set a template, take up an approval on paper, invalidate a consent, register a
signatory's mandate.
"""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from gateway.admin.action import Action, Means, Reason
from gateway.consents.ending import invalidate_consent
from gateway.consents.on_paper import Paper, approve_on_paper
from gateway.consents.templates import get_template, outline, set_template
from gateway.identity.clients.mandates import Mandate, find_mandate, set_mandate
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

Signatory = Annotated[
    str,
    Field(pattern=r"^(person:)?[a-z0-9][a-z0-9._-]{1,62}$", description="签署人 A client, or person:…"),
]


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]


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


class ApproveOnPaper(Action):
    """纸质授权 Take up what an enterprise signed on paper; a second officer checks it against the scan."""

    action: Literal["consent.paper"] = "consent.paper"
    consent: UUID
    subject: Annotated[str, Field(max_length=18, description="统一社会信用代码 The enterprise's USCC.")]
    scan: Annotated[Digest, Field(description="扫描件的 SHA-256 The scan, a file of the consent.")]
    shown: Annotated[Digest, Field(description="纸上文字的 SHA-256 The text that the paper says.")]
    holder: Annotated[Digest, Field(description="签字人的散列 A hash that names who signed.")]
    role: Literal["legal_rep", "agent"]
    signed_on: date
    reference: Annotated[str | None, Field(min_length=1, max_length=200, description="委托书号 Its number.")] = None
    until: AwareDatetime | None = None

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        if means.approved_by is None or means.change is None:
            raise DeniedError(
                "change-refused",
                "纸质授权须两名管理员办理，不能在本机一人办理 Two officers see to paper, not one at a machine.",
            )
        made = await approve_on_paper(work, self.paper(), means.approved_by, means.change)
        if made.terms.uscc != self.subject:
            raise DeniedError("change-refused", "subject: 不是此授权的企业 not the consent's enterprise")

    def paper(self) -> Paper:
        """Return what was signed."""
        return Paper(
            self.consent, self.scan, self.shown, self.holder, self.role, self.signed_on, self.reference, self.until
        )


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
