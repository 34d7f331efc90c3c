"""What is said of institutions and clients that are not registered: the nearest that are, and what lists them.

Only who may change them is told: administrators, and whoever runs the machine.
"""

from sqlalchemy import text

from connectors.model.nearest import unknown
from gateway.runtime.denial import DeniedError
from gateway.runtime.filters import refuse_filter
from gateway.runtime.work import UnitOfWork

_INSTITUTIONS = text("SELECT institution_id, name FROM institution WHERE status <> 'closed'")
_KNOWN = text("""
    SELECT (:institution = '' OR EXISTS (SELECT FROM institution WHERE institution_id = :institution)) AS institution,
        (:account = '' OR EXISTS (SELECT FROM client WHERE client_id = :account AND kind = 'account')) AS account
""")
_CLIENTS = text("SELECT client_id FROM client WHERE status <> 'closed' AND (:kind = '' OR kind = :kind)")


async def no_institution(work: UnitOfWork, institution_id: str) -> DeniedError:
    """Return the refusal of an institution that is not registered."""
    known = {row.institution_id: row.name for row in await work.session.execute(_INSTITUTIONS)}
    return DeniedError("change-refused", unknown("institution", institution_id, known))


async def no_client(work: UnitOfWork, client_id: str, kind: str = "") -> DeniedError:
    """Return the refusal of a client that is not registered; `kind` "" is any."""
    known = (await work.session.execute(_CLIENTS, {"kind": kind})).scalars().all()
    return DeniedError("change-refused", unknown(kind or "client", client_id, known))


async def demand_known(work: UnitOfWork, *, institution: str | None = None, account: str | None = None) -> None:
    """Pass a filter by an institution or an account that there is, closed ones too. Raises DeniedError, the nearest."""
    asked = {"institution": institution or "", "account": account or ""}
    known = (await work.session.execute(_KNOWN, asked)).one()
    if not known.institution:
        raise refuse_filter("institution", (await no_institution(work, asked["institution"])).denial.detail)
    if not known.account:
        raise refuse_filter("account", (await no_client(work, asked["account"], "account")).denial.detail)
