"""Credentials over HTTP, for the enterprise's signatory; and the issuer's keys, for whoever is shown one."""

from typing import Annotated, Any

from fastapi import Depends

from gateway.identity.caller import working
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.sharing.issuing import issue_credential
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router()
BySignatory = Annotated[UnitOfWork, Depends(working("records"), scope="function")]


@router.post("/v1/credentials", summary="取得可出示的评分凭证 A credential of the own score", tags=["查询 Ask"])
async def credential(work: BySignatory, settings: TheSettings) -> dict[str, Any]:
    """Return a credential (SD-JWT VC) of the enterprise's newest score of the last 30 days, good for seven days.

    The enterprise shows of it what it likes, to whom it likes: score, band, percentile and dimensions are disclosed one
    by one. It is bound to the key this client logs in with. Who asked for the score does not stand in it.
    """
    return await issue_credential(work, offered=settings.share_credentials)


@router.head("/.well-known/jwt-vc-issuer", include_in_schema=False)
@router.get("/.well-known/jwt-vc-issuer", summary="凭证签发者的公钥 Keys of the issuer", tags=["运行 Operation"])
async def issuer_metadata(units: Units, settings: TheSettings) -> dict[str, Any]:
    """Return the issuer and its keys, as SD-JWT VC has it: every key that a credential which still holds may need."""
    if not settings.share_credentials:
        raise DeniedError("sharing-not-offered")
    return {"issuer": units.issuer, "jwks": {"keys": [dict(key) for key in units.keys.publics("answer")]}}
