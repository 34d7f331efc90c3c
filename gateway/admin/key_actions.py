"""What is changed of this instance's own keys: the next one made, and let sign."""

from typing import Any, Literal

from gateway.admin.action import Action, Means, Reason
from gateway.identity.key_rotation import list_keys, promote, rotate
from gateway.runtime.work import UnitOfWork

Purpose = Literal["token", "batch", "consent", "answer", "delivery"]  # all but the log's


async def _active(work: UnitOfWork, purpose: str) -> dict[str, Any]:
    keys = await list_keys(work.session)
    return {"kid": next(key["kid"] for key in keys if (key["purpose"], key["status"]) == (purpose, "active"))}


class RotateKey(Action):
    """轮换本实例密钥 Make the next key of a purpose; `at_once` retires the present one now, for good: it leaked."""

    action: Literal["key.rotate"] = "key.rotate"
    purpose: Purpose
    at_once: bool = False
    reason: Reason

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        return f"{self.action} {'now' if self.at_once else 'ahead'}"

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        return await _active(work, self.purpose)

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await rotate(work, self.purpose, at_once=self.at_once)


class PromoteKey(Action):
    """启用下一把密钥 Let the next key of a purpose sign from now on."""

    action: Literal["key.promote"] = "key.promote"
    purpose: Purpose

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        return await _active(work, self.purpose)

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await promote(work, self.purpose)
