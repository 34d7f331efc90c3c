"""A joint answer of several providers is registered, or given other terms; suspended and resumed as a provider is."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.admin.action import Action, Id, Means, Reason
from gateway.admin.provider_actions import BandOf, limited
from gateway.providers.setting import set_terms, terms_before
from gateway.runtime.work import UnitOfWork
from scoring_adapter.providers.joint import LEAST_PARTS, MOST_PARTS, WHOLE_PPM, JointTerms, Rule, joint_terms_of
from scoring_adapter.providers.terms import LONGEST_BAND, MOST_BANDS

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_BAND)]


class PartOf(BaseModel):
    """组成 One of those that are asked together: an outside provider, or `embedded`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    provider: Id
    required: Annotated[bool, Field(strict=True, description="缺它即不应答 Nothing is answered without it.")] = False
    weight_ppm: Annotated[
        int, Field(strict=True, ge=0, le=WHOLE_PPM, description="权重（百万分之） Its weight, parts per million.")
    ] = 0


class JoinProviders(Action):
    """登记联合应答 Register a joint answer of several providers, or give one other terms."""

    action: Literal["provider.join"] = "provider.join"
    provider: Id
    parts: Annotated[tuple[PartOf, ...], Field(min_length=LEAST_PARTS, max_length=MOST_PARTS)]
    rule: Annotated[Rule, Field(description="合成规则 What their answers come to.")]
    time_ms: Annotated[int, limited("time_ms", "时限（毫秒，各方合计） For all of them together.")] = 3000
    charge_partial: Annotated[bool, Field(strict=True, description="缺部分时是否计费 Whether a partial one costs.")] = (
        True
    )
    bands: Annotated[tuple[BandOf, ...], Field(max_length=MOST_BANDS, description="分档 Bands of the mean.")] = ()
    order: Annotated[tuple[Word, ...], Field(max_length=MOST_BANDS, description="由好到差 The best band first.")] = ()
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return the terms in force. Raises DeniedError where those that are asked for will not do."""
        return await terms_before(work, self.provider, self.terms())

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await set_terms(work, self.provider, self.terms(), self.reason, means.approved_by)

    def terms(self) -> JointTerms:
        """Return the terms that are asked for."""
        return joint_terms_of(self.model_dump(exclude={"action", "provider", "reason"}))
