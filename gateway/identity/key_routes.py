"""The public keys that verify what this instance signs, each under its purpose."""

from typing import Any

from fastapi import APIRouter

from audit.note import public_bytes, verifier_key
from gateway.web.dependencies import Gw

router = APIRouter(tags=["operations 运维"])


@router.get("/.well-known/xinqiao-keys", summary="Public keys 公钥")
async def keys(gateway: Gw) -> dict[str, Any]:
    """Return JWKs by purpose, and the audit log's verifier key (C2SP signed-note)."""
    return public_keys(gateway)


def public_keys(gateway: Gw) -> dict[str, Any]:
    """Return what the route and `xinqiao keys show` both say."""
    purposes = ("batch", "consent", "answer", "delivery")
    audit = verifier_key(gateway.audit.origin, public_bytes(gateway.keys.audit_key()))
    return {"issuer": gateway.settings.issuer, **{p: gateway.keys.public(p) for p in purposes}, "audit": audit}
