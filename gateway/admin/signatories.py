"""An enterprise's signatories as administrators see them: who may approve its consents, since when, who added them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from connectors.conversion.identifiers import read_identifier
from gateway.admin.tables import Change
from gateway.identity.clients.registry import read_uscc
from gateway.identity.clients.signatories import keys_of, signatory_document
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

SEERS = frozenset({"operator", "auditor", "machine"})
MOST_WAITING = 500


@dataclass(frozen=True)
class Signatories:
    """An enterprise, the keys of its signatories, newest first, and the changes that wait and are about them."""

    uscc: str
    keys: Sequence[Mapping[str, Any]]
    waiting: Sequence[Change]


async def show_signatories(work: UnitOfWork, subject: str) -> Signatories:
    """Return an enterprise's signatories by its code, each key with who asked for it and who approved it.

    Raises DeniedError for whoever is no operator and no auditor, and where `subject` is no unified code.
    """
    if work.actor.kind not in SEERS:
        raise DeniedError("insufficient-scope", "安全管理员和审计员可以查看。Operators and auditors see signatories.")
    uscc, now = read_uscc(subject), await database_now(work.session)
    rows = await keys_of(work.session, uscc)
    clients = {row.client_id for row in rows}
    made = select(Change).where(col(Change.status) == "done", col(Change.action)["client"].astext.in_(clients))
    by_moment = {
        (change.action["client"], change.decided_at): change for change in (await work.session.execute(made)).scalars()
    }
    keys = []
    for row in rows:
        change = by_moment.get((row.client_id, row.created_at))
        asked, decided = (change.asked_by, change.decided_by) if change else (None, None)
        keys.append({**signatory_document(row, now), "asked_by": asked, "approved_by": decided})
    waits = select(Change).where(col(Change.status) == "waiting").order_by(col(Change.change_id)).limit(MOST_WAITING)
    waiting = [
        change for change in (await work.session.execute(waits)).scalars() if _is_about(change.action, uscc, clients)
    ]
    return Signatories(uscc, keys, waiting)


def _is_about(action: Mapping[str, Any], uscc: str, clients: set[str]) -> bool:
    """Tell whether a change is about one of the enterprise's signatories, or would add one."""
    if action["action"] == "client.add":
        return action["kind"] == "signatory" and read_identifier(action["subject"]).value == uscc
    return action.get("client") in clients or str(action.get("whose", "")).removeprefix("client:") in clients
