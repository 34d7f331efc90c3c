"""What every change has: fields of one spelling, which act of the graph it is, how it is made, and with what."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlmodel import SQLModel

from connectors.personal.sealing import Protector
from gateway.identity.clients import registry
from gateway.runtime.denial import DeniedError
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork
from gateway.runtime.wrong_values import WrongValueError


def _is_id(value: str) -> str:
    try:
        registry.check_id(value)
    except DeniedError as fault:
        raise WrongValueError(str(fault)) from fault
    return value


Id = Annotated[str, AfterValidator(_is_id), Field(max_length=63, description="编号 Its id: a-z 0-9 . _ -")]
Reason = Annotated[str, Field(min_length=2, max_length=200, description="原因 Why, for the log.")]
Jwk = Annotated[dict[str, Any], Field(max_length=20, description="公钥 A public JWK (RFC 7517).")]


Row = TypeVar("Row", bound=SQLModel)


async def look_at(work: UnitOfWork, table: type[Row], key: str) -> Row | None:
    """Return a row to read from; whoever changes it reads it anew once it is locked, as it then stands."""
    row = await work.session.get(table, key)
    if row is not None:
        work.session.expunge(row)
    return row


@dataclass(frozen=True)
class Means:
    """What changes need beside a unit of work: what seals personal data, and the settings that bound them.

    Where one is made: `change` is its id, `approved_by` the person who approved it, None where nobody had to.
    """

    protector: Protector
    quota_alone_per_month: int
    signatory_wait_hours: int
    change: UUID | None = None
    approved_by: str | None = None


def means_of(settings: Settings, protector: Protector) -> Means:
    """Return what an instance's changes need."""
    return Means(protector, settings.quota_alone_per_month, settings.signatory_wait_hours)


class Action(BaseModel):
    """One change; gateway/admin/graph.py says of its act whether it waits until another person approves it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: str

    async def act(self, _work: UnitOfWork, _means: Means) -> str:
        """Return which act of the graph this is: the action, where what it leads to does not depend on more.

        Raises DeniedError where it is upon somebody who is not there.
        """
        return self.action

    async def before(self, _work: UnitOfWork) -> dict[str, Any]:
        """Return what the change replaces, as it stands now: JSON values by the name of what they are of."""
        return {}

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        """Make the change, with its event. Raises DeniedError where it cannot be made."""
        raise NotImplementedError
