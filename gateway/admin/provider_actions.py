"""What is changed of outside providers: one is registered or given other terms, suspended, resumed."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.admin.action import Action, Id, Means, Reason
from gateway.providers.setting import set_standing, set_terms, terms_before
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import HIGHEST
from scoring_adapter.providers.terms import (
    FARTHEST,
    LIMITS,
    LONGEST_BAND,
    LONGEST_POINTER,
    LONGEST_URL,
    MOST_BANDS,
    MOST_DECIMALS,
    Terms,
    terms_of,
)

Source = Literal["inquiry", "subject", "product", "purpose", "as_of"]  # SOURCES of the terms
Pointer = Annotated[str, Field(max_length=LONGEST_POINTER)]
Far = Annotated[int, Field(strict=True, ge=-FARTHEST, le=FARTHEST)]


def limited(name: str, said: str) -> Any:  # noqa: ANN401 - a field of a model
    """Return the field of a number of the terms, within its limits."""
    least, most = LIMITS[name]
    return Field(strict=True, ge=least, le=most, description=said)


class BandOf(BaseModel):
    """分档 A band of scores, from `least` on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    least: Annotated[int, Field(strict=True, ge=0, le=HIGHEST)]
    band: Annotated[str, Field(min_length=1, max_length=LONGEST_BAND)]


class AnswerOf(BaseModel):
    """应答对照 Where in the provider's answer what we need is: JSON pointers (RFC 6901)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    subject: Pointer
    score: Pointer
    inquiry: Pointer = ""
    band: Pointer = ""
    model: Pointer = ""
    reasons: Pointer = ""
    lowest: Far = 0
    highest: Far = HIGHEST
    decimals: Annotated[int, Field(strict=True, ge=0, le=MOST_DECIMALS)] = 0
    bands: Annotated[tuple[BandOf, ...], Field(max_length=MOST_BANDS)] = ()


class SetProvider(Action):
    """登记评分提供方 Register an outside provider, or give one other terms."""

    action: Literal["provider.set"] = "provider.set"
    provider: Id
    url: Annotated[str, Field(max_length=LONGEST_URL, description="地址 Where it is asked: http(s)://…")]
    time_ms: Annotated[int, limited("time_ms", "时限（毫秒，含重试） For all tries together.")] = 3000
    attempts: Annotated[int, limited("attempts", "至多几次 Tries, the first one too.")] = 3
    retry_percent: Annotated[int, limited("retry_percent", "重试预算 Of a hundred questions, so many again.")] = 20
    most_at_once: Annotated[int, limited("most_at_once", "同时至多（每个进程） At once, in each process.")] = 32
    open_after: Annotated[int, limited("open_after", "近 20 次中几次出错即熔断 Faults of the last 20.")] = 10
    open_seconds: Annotated[int, limited("open_seconds", "熔断几秒 For how long it is then left alone.")] = 30
    keep_seconds: Annotated[int, limited("keep_seconds", "应答可留用几秒 How long an answer may be kept.")] = 0
    hedge_ms: Annotated[int, limited("hedge_ms", "几毫秒后并行再问，0 为不许 A second try beside a slow one.")] = 0
    question: Annotated[
        dict[Pointer, Source] | None, Field(max_length=20, description="提问对照 Pointer to our member.")
    ] = None
    answer: AnswerOf | None = None
    signing: Annotated[
        dict[str, str] | None, Field(max_length=20, description="应答签名的公钥 The JWK that answers are signed with.")
    ] = None
    reason: Reason

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        """Return the terms in force. Raises DeniedError where those that are asked for will not do."""
        return await terms_before(work, self.provider, self.terms())

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await set_terms(work, self.provider, self.terms(), self.reason, means.approved_by)

    def terms(self) -> Terms:
        """Return the terms that are asked for."""
        said = self.model_dump(exclude={"action", "provider", "reason", "answer"})
        return terms_of({**said, "answer": self.answer.model_dump() if self.answer else None})


class SuspendProvider(Action):
    """停用评分提供方 Ask it no more, from the next question on."""

    action: Literal["provider.suspend"] = "provider.suspend"
    provider: Id
    reason: Reason

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await set_standing(work, self.provider, "suspended", self.reason, means.approved_by)


class ResumeProvider(Action):
    """恢复评分提供方 Ask it again, on the terms in force."""

    action: Literal["provider.resume"] = "provider.resume"
    provider: Id
    reason: Reason

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        await set_standing(work, self.provider, "resumed", self.reason, means.approved_by)
