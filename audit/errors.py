"""What can go wrong in the audit log."""


class AuditError(Exception):
    """The audit log is not as it must be."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class EventError(AuditError):
    """The event has no leaf: it is empty, too large or not exact JSON."""


class NoteError(AuditError):
    """The signed note is malformed or not signed by the key expected (C2SP signed-note)."""


class TamperedError(AuditError):
    """What is stored contradicts itself; nothing may be signed over it."""


class ForkError(AuditError):
    """The tree does not extend the last head that was signed."""


class ProofError(AuditError):
    """There is no such entry or no such size to prove."""


class StoppedError(TamperedError):
    """Signing was stopped until somebody who looked lifts the stop."""
