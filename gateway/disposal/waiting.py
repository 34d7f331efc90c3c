"""Which cases wait for somebody: an office's that are to be accepted or are past their day, the city's to decide on."""

from collections.abc import Sequence

from sqlmodel import col, or_, select

from connectors.model.calendar import day_of
from gateway.disposal.parties import office_of
from gateway.disposal.reading import Shown, show
from gateway.disposal.tables import DisposalCase
from gateway.runtime.work import UnitOfWork


async def find_waiting_cases(work: UnitOfWork, limit: int) -> Sequence[Shown]:
    """Return so many of them, those that are due first. Raises DeniedError for whoever sees no cases."""
    office, today = office_of(work), day_of(work.now)
    query = select(DisposalCase).where(col(DisposalCase.closed_at).is_(None))
    if office is None:
        query = query.where(col(DisposalCase.asks).is_not(None))
    else:
        query = query.where(
            col(DisposalCase.office) == office, col(DisposalCase.asks).is_(None),
            or_(col(DisposalCase.state) == "opened", col(DisposalCase.due_on) < today),
        )  # fmt: skip
    ordered = query.order_by(col(DisposalCase.due_on), col(DisposalCase.id)).limit(limit)
    return [await show(work, row) for row in (await work.session.execute(ordered)).scalars()]
