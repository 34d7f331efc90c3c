"""What is changed of what an institution is shown: its output policy of a product."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from gateway.admin.action import Action, Id, Means
from gateway.inquiries.outputs.policy import LEAVABLE, OutputPolicy
from gateway.inquiries.outputs.setting import find_ruling, set_output_policy
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import HIGHEST

Leavable = Literal[
    "reasons",
    "missing",
    "not_computable",
    "objected",
    "tags",
    "health",
    "dimensions",
    "network",
    "changes",
    "records",
    "improvements",
    "industry",
]


class SetOutputPolicy(Action):
    """输出规则 Say in which form an institution is given a product, and what is left out, from a moment on."""

    action: Literal["output.policy"] = "output.policy"
    institution: Id
    product: Literal["score", "health_check", "portrait", "public_record", "records", "risk_watch"]
    form: Annotated[
        Literal["raw", "banded", "flag"], Field(description="全部、不含分值、仅达标与否 All, no points, one bit.")
    ]
    threshold: Annotated[
        int | None,
        Field(
            strict=True,
            ge=1,
            le=HIGHEST,
            description="达标线（flag 用）：分数，记录为万元 For a flag: a score, of records 10,000 yuan.",
        ),
    ] = None
    left_out: Annotated[
        tuple[Leavable, ...], Field(max_length=len(LEAVABLE), description="不提供的成员 Members left out.")
    ] = ()
    begins: AwareDatetime | None = None

    async def act(self, work: UnitOfWork, _means: Means) -> str:
        """To show less takes one person; whatever shows more than what rules now takes two."""
        ruling = await self._ruling(work)
        return f"{self.action} {'wider' if self._wanted().tells_more_than(ruling) else 'narrower'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        found = await self._ruling(work)
        return {"form": found.form, "threshold": found.threshold, "left_out": list(found.left_out)}

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await set_output_policy(work, self.institution, self.product, self._wanted(), self.begins)

    async def _ruling(self, work: UnitOfWork) -> OutputPolicy:
        of = (self.institution, self.product)
        return (await find_ruling(work.session, [of], await database_now(work.session)))[of]

    def _wanted(self) -> OutputPolicy:
        return OutputPolicy(0, self.form, self.threshold, self.left_out)
