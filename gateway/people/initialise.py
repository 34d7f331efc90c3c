"""`xinqiao init`: the instance's keys, its log and its first three administrators, all or nothing, once.

The first client is the security administrator's; people of all three offices are invited, and nobody holds two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from audit.recorder import Recorder, find_log, open_log
from gateway.identity.tables import Client, ClientKey, InstanceKey
from gateway.people.invitations import invite
from gateway.runtime import clock
from gateway.runtime.actor import Actor
from gateway.runtime.database import Database
from gateway.runtime.errors import AlreadyInitialisedError
from gateway.runtime.events import event_of
from gateway.runtime.keystore import KeyStore, create_kek, new_keys
from gateway.runtime.locks import Lock, take
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest
from signing.keys import generate_key, load_key, public_jwk, save_key

# The person of the first client has its id; the others that of their office.
OFFICES = {"operator": "安全管理员", "system": "系统管理员", "auditor": "审计管理员"}


@dataclass(frozen=True)
class FirstOffices:
    """The id of the key written for the first operator, and the invitation of each administrator, by their id."""

    kid: str
    invitations: Mapping[str, str]


async def initialise(settings: Settings, database: Database, *, operator: str, operator_key: Path) -> FirstOffices:
    """Create keys, log, first operator and the invitations of the three administrators; the key is in `operator_key`.

    Key files are written before the commit, and never overwritten or deleted: a run that failed or was killed leaves
    no rows, and the next one uses its files. `operator_key` may also be a key the operator brings.
    Raises AlreadyInitialisedError when the instance has keys, KeyFileError when the file holds no private key.
    """
    now = clock.now()
    async with database.begin("init", role="owner") as session:
        await _refuse_twice(session, settings)
        kek = create_kek(settings)
        if not operator_key.exists():
            save_key(operator_key, generate_key("ES256"))
        key = load_key(operator_key)
        recorder = Recorder(await open_log(session, settings.log_origin, now), settings.log_origin, kek)
        keys = new_keys(kek)
        made = {str(row["purpose"]): str(row["kid"]) for row in keys}
        publics = {str(row["kid"]): canonical_digest(row["public"]) for row in keys}
        event = await recorder.record(
            session,
            event_of("instance.initialised", operator, {"keys": made, "publics": publics}, outcome="initialised"),
            now,
        )
        session.add_all(InstanceKey(**row, status="active", created_at=now, event_id=event) for row in keys)
        public = public_jwk(key)
        unit = UnitOfWork(
            session, recorder, KeyStore(kek), settings.issuer, Actor(operator, "operator"), now
        )  # fmt: skip
        invitations = {
            (person := operator if role == "operator" else role): await invite(
                unit, person_id=person, name=name, role=role
            )
            for role, name in OFFICES.items()
        }
        first = {
            "client": operator, "kind": "operator", "subject": None, "person": operator, "kid": key.kid,
            "key": canonical_digest(public), "not_before": None,
        }  # fmt: skip
        added = await recorder.record(session, event_of("client.added", operator, first, outcome="active"), now)
        session.add(
            Client(
                client_id=operator, kind="operator", status="active", created_at=now, event_id=added,
                person_id=operator,
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            ClientKey(
                client_id=operator, kid=key.kid, public=public, status="active", created_at=now,
                event_id=added,
            )
        )  # fmt: skip
    return FirstOffices(key.kid, invitations)


async def _refuse_twice(session: AsyncSession, settings: Settings) -> None:
    await take(session, Lock.INITIALISATION)
    if (await session.execute(select(col(InstanceKey.kid)).limit(1))).first():
        raise AlreadyInitialisedError
    if await find_log(session, settings.log_origin) is not None:
        raise AlreadyInitialisedError("此来源的审计日志已存在 the audit log of this origin exists already")
