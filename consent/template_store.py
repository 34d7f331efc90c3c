"""Templates in the database: the versions an instance has made, on top of those that are shipped."""

import json
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from consent.tables import ConsentTemplate
from consent.templates import (
    SHIPPED_SINCE,
    Template,
    current_templates,
    read_template,
    shipped_members,
    shipped_templates,
)
from signing.canonical import canonical_bytes


async def load_templates(session: AsyncSession, now: datetime, zone: tzinfo) -> list[Template]:
    """Return the templates in force at a moment; their durations are of the calendar of this zone."""
    rows = (await session.execute(select(ConsentTemplate))).scalars()
    made = [read_template(json.loads(row.content), row.effective_from, zone) for row in rows]
    return current_templates([*shipped_templates(zone), *made], now)


async def list_template_versions(session: AsyncSession, template: str) -> list[tuple[Mapping[str, Any], datetime]]:
    """Return every version of a template as it is written, with the moment from which it rules, oldest first."""
    shipped = [(one, SHIPPED_SINCE) for one in shipped_members() if one["template"] == template]
    query = select(ConsentTemplate).where(col(ConsentTemplate.template) == template)
    rows = (await session.execute(query.order_by(col(ConsentTemplate.version)))).scalars()
    return [*shipped, *((json.loads(row.content), row.effective_from) for row in rows)]


async def list_template_ids(session: AsyncSession) -> list[str]:
    """Return the ids of all templates there are."""
    made = (await session.execute(select(ConsentTemplate.template).distinct())).scalars()
    return sorted({*(str(one["template"]) for one in shipped_members()), *made})


async def add_template(
    session: AsyncSession, members: Mapping[str, Any], effective_from: datetime, event_id: UUID
) -> None:
    """Store a version of a template."""
    row = ConsentTemplate(
        template=members["template"], version=members["version"], effective_from=effective_from,
        content=canonical_bytes(members).decode(), event_id=event_id,
    )  # fmt: skip
    session.add(row)
    await session.flush()
