"""What routes and pages of asking ask for."""

from typing import Annotated

from fastapi import Depends

from gateway.inquiries.providers import Providers
from gateway.web.dependencies import part

TheProviders = Annotated[Providers, Depends(part("providers"))]
