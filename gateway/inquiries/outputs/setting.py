"""Output policies: the one that rules, all of them, and a new version set."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.identity.clients.unknown import no_institution
from gateway.identity.tables import Institution
from gateway.inquiries.outputs.policy import WHOLE, OutputPolicy
from gateway.inquiries.outputs.tables import OutputPolicyVersion
from gateway.quota.products import PRODUCTS
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

_RULING = text("""
    SELECT DISTINCT ON (institution, product) institution, product, version, form, threshold, left_out
    FROM output_policy WHERE effective_from <= :now AND (institution, product) IN (
        SELECT * FROM unnest(CAST(:institutions AS text[]), CAST(:products AS text[])))
    ORDER BY institution, product, version DESC
""")


async def find_ruling(
    session: AsyncSession, asking: Sequence[tuple[str, str]], now: datetime
) -> dict[tuple[str, str], OutputPolicy]:
    """Return the policies that rule what institutions are shown of products at a moment, by institution and product."""
    wanted = sorted(set(asking))
    values = {"institutions": [one for one, _ in wanted], "products": [one for _, one in wanted], "now": now}
    found = {
        (row.institution, row.product): OutputPolicy(row.version, row.form, row.threshold, tuple(row.left_out))
        for row in await session.execute(_RULING, values)
    }
    return {one: found.get(one, WHOLE) for one in wanted}


async def list_policies(work: UnitOfWork, institution: str | None = None) -> list[dict[str, Any]]:
    """Return every version there is, of an institution where one is named; by product, the newest first. `rules` tells
    which one does now.
    """
    columns = OutputPolicyVersion
    query = select(columns).order_by(col(columns.institution), col(columns.product), col(columns.version).desc())
    if institution is not None:
        query = query.where(col(columns.institution) == institution)
    rows, now = (await work.session.execute(query)).scalars().all(), await database_now(work.session)
    ruling: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.effective_from <= now:
            ruling.setdefault((row.institution, row.product), row.version)
    return [_document(row, ruling.get((row.institution, row.product))) for row in rows]


async def set_output_policy(
    work: UnitOfWork, institution: str, product: str, wanted: OutputPolicy, begins: datetime | None = None
) -> int:
    """Let a policy rule from now on, or from a moment to come; return its version. Raises DeniedError.

    No version is ever changed, and none begins in the past or before the one that was set last.
    """
    if product not in PRODUCTS:
        raise DeniedError("change-refused", f"product: {', '.join(PRODUCTS)}")
    if fault := wanted.fault():
        raise DeniedError("change-refused", fault)
    if PRODUCTS[product].public and wanted.form != "raw":
        raise DeniedError("change-refused", "form: 公示信息没有分值 published records have no points: raw alone")
    await take(work.session, Lock.OUTPUT_POLICY, f"{institution} {product}")
    if await work.session.get(Institution, institution) is None:
        raise await no_institution(work, institution)
    now = await database_now(work.session)
    effective_from = begins or now
    if effective_from < now:
        raise DeniedError("change-refused", "effective_from: 不得早于现在 not in the past")
    versions = await list_policies(work, institution)
    earlier = next((one for one in versions if one["product"] == product), None)
    if earlier is not None and effective_from < datetime.fromisoformat(earlier["effective_from"]):
        raise DeniedError("change-refused", "effective_from: 早于上一版 before the version that is there")
    version = earlier["version"] + 1 if earlier else 1
    written = replace(wanted, version=version)
    entry = await work.record(
        "output.policy_set", {"product": product, "from": effective_from.isoformat(), **written.members()},
        institution=institution, outcome="set", at=now,
    )  # fmt: skip
    work.session.add(OutputPolicyVersion(
        institution=institution, product=product, version=version, form=wanted.form, threshold=wanted.threshold,
        left_out=list(wanted.left_out), effective_from=effective_from, event_id=entry,
    ))  # fmt: skip
    await work.session.flush()
    return version


def _document(row: OutputPolicyVersion, ruling: int | None) -> dict[str, Any]:
    return {
        "institution": row.institution, "product": row.product, "version": row.version, "form": row.form,
        "threshold": row.threshold, "left_out": list(row.left_out), "rules": row.version == ruling,
        "effective_from": row.effective_from.isoformat(), "entry": str(row.event_id),
    }  # fmt: skip
