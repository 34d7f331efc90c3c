"""What can go wrong with a delivery or a source."""


class ConnectorError(Exception):
    """The source or its delivery cannot be used."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class MalformedError(ConnectorError):
    """The delivery is not what was agreed."""
