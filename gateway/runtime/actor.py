"""Who acts: what the rules ask about them, and the name they have in the log."""

import getpass
import os
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A client, a person at the console, somebody at this machine's command line, or the program itself.

    `kind`: account, agency, signatory, platform, office; operator, system, auditor (the three administrators); or
    person, machine, program, anyone.
    `institution_id` (accounts and their staff) and `subject` (signatories, owners: a USCC) say whose objects are
    theirs; `person` is whom a client acts for. `through` is the intermediary's client that acts in an account's name,
    and `intermediary` the institution it is of.
    """

    client_id: str
    kind: str
    institution_id: str | None = None
    subject: str | None = None
    scopes: frozenset[str] = frozenset()
    person: str | None = None
    through: str | None = None
    intermediary: str | None = None

    @property
    def name(self) -> str:
        """The name in the log: the person's, where a client acts for one; the client's that acts for an account."""
        return self.person or self.through or self.client_id

    @property
    def in_person(self) -> bool:
        """Tell whether a person acts at the console, in nobody's name but their own: without a client and its keys."""
        return self.person is not None and self.person == self.client_id


PROGRAM = Actor("worker", "program")
ANYONE = Actor("anyone", "anyone")  # at doors that are open to all
FOR_OTHERS = frozenset({PROGRAM.kind, ANYONE.kind})  # what they record may name another as its cause


def at_this_machine() -> Actor:
    """Return who runs this command: the machine's account and its name, since no client logs in here."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        user = str(os.geteuid())
    return Actor(f"operator-cli:{user}@{socket.gethostname()}", "machine")
