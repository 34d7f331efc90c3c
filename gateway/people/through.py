"""Through which account of their institution people ask: one that an operator has opened to them, and in its limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from gateway.identity.clients.access import Access
from gateway.identity.clients.scopes import SCOPES
from gateway.people.roles import ROLES
from gateway.people.sessions import Present
from gateway.rates.limiter import Limiter
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.addresses import Address

_ACCOUNTS = text("""
    SELECT c.client_id, s.stopped, c.scopes, c.products FROM client c JOIN client_standing s USING (client_id)
    WHERE c.institution_id = :institution AND c.kind = 'account' AND c.for_people AND c.status <> 'closed'
    ORDER BY s.stopped NULLS FIRST, c.client_id
""")


@dataclass(frozen=True)
class PeoplesAccount:
    """An account that is open to people: what stops it now, what it may do and ask for (None: every product)."""

    account: str
    stopped: str | None
    scopes: frozenset[str]
    products: Sequence[str] | None


@dataclass(frozen=True)
class Through:
    """A person at the console with the accounts they may ask through, those that may act first.

    `access` and `address` say whether an account may be used from where they sit, `limiter` whether it asks too fast.
    """

    present: Present
    accounts: Sequence[PeoplesAccount]
    access: Access
    address: Address | None
    limiter: Limiter

    @property
    def reader(self) -> Actor:
        """The person, who reads what is their institution's."""
        return Actor(self.present.actor, "person", self.present.institution_id, person=self.present.actor)

    def acting(self, scope: str, account: str = "") -> Actor:
        """Return the account as it acts for the person: the one that is named, or the first.

        Raises DeniedError where it is not open to the institution's people, is stopped, may not be used from here,
        asks too fast, or where the person's role or the account's limits leave the scope out.
        """
        found = next((one for one in self.accounts if account in {"", one.account}), None)
        if found is None:
            raise DeniedError("account-not-for-people")
        if found.stopped is not None:
            raise DeniedError(found.stopped)
        if not self.access.admits(found.account, self.address):
            raise DeniedError("address-not-allowed")
        scopes = ROLES[self.present.role] & found.scopes
        if scope not in scopes:
            raise DeniedError("insufficient-scope", f"账户没有此权限 The account was not given {scope}.")
        actor = Actor(
            found.account, "account", self.present.institution_id, scopes=scopes, person=self.present.actor
        )  # fmt: skip
        self.limiter.admit(actor, self.access.rates)
        return actor


async def find_accounts(work: UnitOfWork, institution: str | None) -> list[PeoplesAccount]:
    """Return the accounts of an institution that are open to its people, those that may act first."""
    rows = (await work.session.execute(_ACCOUNTS, {"institution": institution})).all()
    return [
        PeoplesAccount(
            row.client_id, row.stopped, SCOPES["account"] if row.scopes is None else frozenset(row.scopes), row.products
        )
        for row in rows
    ]
