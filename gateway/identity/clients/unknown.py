"""What is said of institutions and clients that are not registered: the nearest that are, and what lists them.

Only who may change them is told: administrators, and whoever runs the machine.
"""

from sqlalchemy import text

from connectors.model.nearest import unknown
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

_INSTITUTIONS = text("SELECT institution_id, name FROM institution WHERE status <> 'closed'")
_CLIENTS = text("SELECT client_id FROM client WHERE status <> 'closed' AND (:kind = '' OR kind = :kind)")
_KINDS = {
    "account": "账户 account", "agency": "部门 agency", "signatory": "签署人 signatory", "platform": "平台 platform",
    "auditor": "审计管理员 auditor", "operator": "安全管理员 operator", "system": "系统管理员 system administrator",
}  # fmt: skip


async def no_institution(work: UnitOfWork, institution_id: str) -> DeniedError:
    """Return the refusal of an institution that is not registered."""
    known = {row.institution_id: row.name for row in await work.session.execute(_INSTITUTIONS)}
    told = unknown("机构 institution", institution_id, known, "xinqiao institution list")
    return DeniedError("change-refused", told)


async def no_client(work: UnitOfWork, client_id: str, kind: str = "") -> DeniedError:
    """Return the refusal of a client that is not registered; `kind` "" is any."""
    known = (await work.session.execute(_CLIENTS, {"kind": kind})).scalars().all()
    lists = f"xinqiao {kind} list" if kind else "xinqiao account list, xinqiao agency list"
    return DeniedError("change-refused", unknown(_KINDS.get(kind, "客户端 client"), client_id, known, lists))
