"""Registering everybody of the made-up city, by the changes and invitations an operator makes at this machine."""

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyotp
from pydantic import TypeAdapter

from connectors.catalogue.load import get_dataset
from gateway.admin.action import Action, means_of
from gateway.admin.actions import AnyAction
from gateway.admin.changes import ask_change
from gateway.demo.cast import (
    ACCOUNTS,
    FOR_PEOPLE,
    INSTITUTIONS,
    OWNERS,
    PEOPLE,
    SCANTY,
    SCANTY_UNITS,
    SHARES,
    UNITS_A_DAY,
    UNITS_A_MONTH,
    UNPLANNED,
    Somebody,
    signatories,
    signatory_of,
)
from gateway.demo.command_line import environment
from gateway.demo.enterprises import MOST_ENTERPRISES, uscc
from gateway.demo.instance import Instance
from gateway.people.invitations import find_invited, invite, take_up
from gateway.people.secrets import open_totp, totp_uri
from gateway.runtime import instance as opened
from gateway.runtime.actor import at_this_machine
from gateway.runtime.clock import now
from gateway.runtime.settings import load_settings
from signing.keys import generate_key, public_jwk

PASSWORD_BYTES = 8
UNREGISTERED = MOST_ENTERPRISES  # it has a signatory, and no record anywhere


@dataclass(frozen=True)
class LogIn:
    """What a person signs in with: the password, and the secret that one-time codes are made of."""

    person: str
    name: str
    role: str
    password: str
    secret: str
    uri: str
    recovery_codes: Sequence[str]

    def code(self, at: float) -> str:
        """Return the one-time code of a moment."""
        return pyotp.TOTP(self.secret).at(at)

    def document(self) -> dict[str, Any]:
        """Return it as it is kept in a file."""
        return asdict(self)


def enrol(instance: Instance, enterprises: int) -> list[LogIn]:
    """Register everybody on an instance; their keys are then among its own. Return the log-ins of the people."""
    with environment(instance.env):
        return asyncio.run(_enrol(instance, enterprises))


async def _enrol(instance: Instance, enterprises: int) -> list[LogIn]:
    reader: TypeAdapter[Action] = TypeAdapter(AnyAction)
    async with opened.open_instance(load_settings()) as one:
        for change in _institutions():
            await make(one, reader.validate_python(change))
        logins = [await admit(one, somebody) for somebody in PEOPLE]
        for change in _changes(instance, enterprises):
            await make(one, reader.validate_python(change))
        logins += [await admit(one, owner) for owner in OWNERS]  # after the signatories, who would wait for them
    return logins


async def make(one: opened.Instance, change: Action) -> None:
    """Ask for a change as an operator at this machine does; whatever no second person decides is made at once."""
    async with one.units.begin("change.ask", at_this_machine()) as work:
        await ask_change(work, means_of(one.settings, one.protector), change)


async def admit(one: opened.Instance, somebody: Somebody) -> LogIn:
    """Invite a person and take the invitation up for them; owners act at once, nobody watches over a made-up city."""
    async with one.units.begin("person.invite", at_this_machine()) as work:
        token = await invite(
            work, person_id=somebody.person, name=somebody.name, role=somebody.role,
            institution=somebody.institution, agency=somebody.agency, office=somebody.office,
            enterprise=somebody.enterprise, wait_hours=0,
        )  # fmt: skip
        row = await find_invited(work, token)
        assert row is not None  # noqa: S101 - it was made in this transaction
        secret = open_totp(work.keys.kek, row.totp_sealed or b"", row.person_id)
    password = secrets.token_hex(PASSWORD_BYTES)
    done = await take_up(one.units, token, password, pyotp.TOTP(secret).at(now()))
    uri = totp_uri(secret, somebody.person, one.settings.instance)
    return LogIn(somebody.person, somebody.name, somebody.role, password, secret, uri, done.recovery_codes)


def _institutions() -> Iterator[Mapping[str, Any]]:
    for name, (title, kind) in INSTITUTIONS.items():
        yield {"action": "institution.add", "institution": name, "name": title, "class": kind}


def _changes(instance: Instance, enterprises: int) -> Iterator[Mapping[str, Any]]:
    """Yield every change, with keys made here for the clients that have none yet."""
    for client in _clients(enterprises):
        if client["client"] not in instance.keys:
            instance.keys[client["client"]] = generate_key("ES256")
            yield {"action": "client.add", "key": public_jwk(instance.keys[client["client"]]), **client}
    for name in INSTITUTIONS:
        yield _quota("institution", name, UNITS_A_DAY)
    for name in ACCOUNTS:
        if name != UNPLANNED:
            yield _quota("account", name, SCANTY_UNITS if name == SCANTY else UNITS_A_DAY)
    for name in FOR_PEOPLE:
        yield {"action": "client.for-people", "client": name, "allowed": True}


def _clients(enterprises: int) -> Iterator[dict[str, Any]]:
    for name, institution in ACCOUNTS.items():
        yield {"client": name, "kind": "account", "institution": institution}
    for agency in sorted({get_dataset(name).agency for name in SHARES}):
        yield {"client": agency, "kind": "agency"}
    for number in (*signatories(enterprises), UNREGISTERED):
        yield {"client": signatory_of(number), "kind": "signatory", "subject": uscc(number)}
    yield {"client": "auditor", "kind": "auditor", "person": "auditor"}
    yield {"client": "operator-2", "kind": "operator", "person": "operator-2"}


def _quota(scope: str, name: str, units: int) -> Mapping[str, Any]:
    return {"action": "quota.set", "scope": scope, "id": name, "per_day": units, "per_month": UNITS_A_MONTH}
