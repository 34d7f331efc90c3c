"""What doors are given of this room: the snapshot of who may come in, and the authorization server's parts."""

from typing import Annotated

from fastapi import Depends

from gateway.identity.clients.access import AccessCache
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.rates.limiter import Limiter
from gateway.runtime.group_commit import GroupCommit
from gateway.web.dependencies import part

TheAccess = Annotated[AccessCache, Depends(part("access"))]
TheLimiter = Annotated[Limiter, Depends(part("limiter"))]
TheIssuer = Annotated[TokenIssuer, Depends(part("issuer"))]
Groups = Annotated[GroupCommit, Depends(part("groups"))]
