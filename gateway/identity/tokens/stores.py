"""Where the authorization server looks clients up and claims marks: at once, or for a group written together."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from gateway.identity.clients.registered import Registered, find_client
from gateway.identity.tokens.marks import Mark, claim_one


class Store(Protocol):
    """What the server needs of the database."""

    def find(self, client_id: str) -> Registered | None:
        """Return a client that has a key; whether it may act now is asked once it has signed."""

    def claim(self, mark: Mark) -> None:
        """Claim a mark. Raises its refusal where it was taken, or leaves that to who writes the group."""


class TransactionStore:
    """Asks and writes within a transaction of the request's own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, client_id: str) -> Registered | None:
        return find_client(self._session, client_id)

    def claim(self, mark: Mark) -> None:
        if not claim_one(self._session, mark):
            raise mark.refusal()


class GroupStore:
    """Knows the clients that were read for the group, and keeps the marks of one member until they are claimed."""

    def __init__(self, clients: Mapping[str, Registered]) -> None:
        self._clients = clients
        self.marks: list[Mark] = []

    def find(self, client_id: str) -> Registered | None:
        return self._clients.get(client_id)

    def claim(self, mark: Mark) -> None:
        self.marks.append(mark)
