"""Templates of consents: read, and set anew by a change that two people make (gateway/admin/consent_actions.py)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.model.calendar import SHANGHAI
from consent.errors import TemplateError
from consent.template_store import add_template, list_template_ids, list_template_versions
from consent.templates import read_template
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_bytes, sha256_hex

MOST_TEMPLATES = 500


async def list_templates(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every template as it rules now, by id; one that is to rule later is beside it as `next`."""
    now = await database_now(work.session)
    found = []
    for template in await list_template_ids(work.session):
        versions = await list_template_versions(work.session, template)
        ruling = [one for one in versions if one[1] <= now]
        coming = [_document(*one) for one in versions if one[1] > now]
        found.append({**_document(*(ruling or versions)[-1]), "next": coming[0] if coming else None})
    return found


async def get_template(work: UnitOfWork, template: str) -> list[dict[str, Any]]:
    """Return every version of a template, oldest first. Raises DeniedError where there is none."""
    versions = await list_template_versions(work.session, template)
    if not versions:
        raise DeniedError("template-not-found")
    return [_document(*one) for one in versions]


async def set_template(work: UnitOfWork, members: Mapping[str, Any], effective_from: datetime | None = None) -> int:
    """Let a template rule as it is written here, from a moment on; return its version. Raises DeniedError.

    No version is ever changed, and none begins in the past: what was asked for under it stays as it was.
    """
    now = await database_now(work.session)
    begins = effective_from or now
    if begins < now:
        raise DeniedError("change-refused", "effective_from: 不得早于现在 not in the past")
    await take(work.session, Lock.TEMPLATES)
    versions = await list_template_versions(work.session, str(members.get("template")))
    if not versions and len(await list_template_ids(work.session)) >= MOST_TEMPLATES:
        raise DeniedError("change-refused", f"最多 {MOST_TEMPLATES} 份 at most {MOST_TEMPLATES} templates")
    if versions and begins < versions[-1][1]:
        raise DeniedError("change-refused", "effective_from: 早于上一版 before the version that is there")
    written = {**members, "version": (versions[-1][0]["version"] if versions else 1) + 1}
    if versions and any(versions[-1][0][name] != written.get(name) for name in ("purpose", "institution")):
        raise DeniedError("change-refused", "用途和机构不可改 purpose and institution stay: make another template")
    try:
        read_template(written, begins, SHANGHAI)
    except TemplateError as fault:
        raise DeniedError("change-refused", str(fault)) from fault
    payload = {
        "template": written["template"], "version": written["version"],
        "content": sha256_hex(canonical_bytes(written)), "effective_from": begins.isoformat(),
    }  # fmt: skip
    entry = await work.record("consent.template_set", payload, outcome="set")
    await add_template(work.session, written, begins, entry)
    version: int = written["version"]
    return version


def outline(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template allows at most, flat, for people to compare; whatever is not there is not told."""
    most = members.get("most")
    bounds = most if isinstance(most, Mapping) else {}
    caps = bounds.get("frequency")
    return {
        **{name: members.get(name) for name in ("purpose_text", "approvals", "mandate_at_use", "withdrawn")},
        **{name: bounds.get(name) for name in ("validity", "data_life", "history", "tiers", "access_modes")},
        "frequency": [f"{cap.get('count')}/{cap.get('unit')}" for cap in caps] if isinstance(caps, list) else None,
    }


def _document(members: Mapping[str, Any], effective_from: datetime) -> dict[str, Any]:
    return {**members, "effective_from": effective_from.isoformat()}
