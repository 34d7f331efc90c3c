"""What doors are given of this room: what seals personal data, for the change that erases it."""

from typing import Annotated

from fastapi import Depends

from connectors.personal.sealing import Protector
from gateway.web.dependencies import part

TheProtector = Annotated[Protector, Depends(part("protector"))]
