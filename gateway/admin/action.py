"""What every change by an operator has: fields of one spelling, whether it takes two people, how it is made."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors.personal.sealing import Protector
from gateway.identity.clients import registry
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


def _is_id(value: str) -> str:
    try:
        registry.check_id(value)
    except DeniedError as fault:
        raise ValueError(str(fault)) from fault
    return value


Id = Annotated[str, AfterValidator(_is_id), Field(max_length=63, description="编号 Its id: a-z 0-9 . _ -")]
Reason = Annotated[str, Field(min_length=2, max_length=200, description="原因 Why, for the log.")]
Jwk = Annotated[dict[str, Any], Field(max_length=20, description="公钥 A public JWK (RFC 7517).")]


class Action(BaseModel):
    """One change. A risky one waits until another person approves it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def risky(self) -> bool:
        """Whether it takes two people."""
        return False

    async def apply(self, work: UnitOfWork, protector: Protector) -> None:
        """Make the change, with its event. Raises DeniedError where it cannot be made."""
        raise NotImplementedError
