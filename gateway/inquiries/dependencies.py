"""What routes and pages of asking ask for."""

from typing import Annotated, Protocol

from fastapi import Depends

from connectors.personal.sealing import Protector
from gateway.identity.doorkeeper import Doorkeeper
from gateway.web.dependencies import part
from scoring_adapter.providers.asking import Providers


class Desk(Doorkeeper, Protocol):
    """The open instance as questions see it."""

    @property
    def providers(self) -> Providers:
        """What asks the outside providers of scores."""

    @property
    def protector(self) -> Protector:
        """What finds subjects by what may be personal."""


TheProviders = Annotated[Providers, Depends(part("providers"))]
