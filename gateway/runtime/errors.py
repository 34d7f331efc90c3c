"""What can go wrong in the service itself."""


class GatewayError(Exception):
    """The service cannot do this."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((self.__doc__ or "").split()))


class SettingsError(GatewayError):
    """环境变量有误 The settings cannot be used."""


class DatabaseUnavailableError(GatewayError):
    """The database cannot be reached or started."""


class NotInitialisedError(GatewayError):
    """这里没有实例：请运行 `xinqiao init`，或设 DATABASE_URL 或 XINQIAO_HOME 指明 There is no instance here: run
    `xinqiao init`, or say with DATABASE_URL or XINQIAO_HOME where it is.
    """


class AlreadyInitialisedError(GatewayError):
    """实例已初始化，密钥保持不变 The instance is initialised already: its keys stay as they are."""


class CatalogueUnsoundError(GatewayError):
    """The catalogue of datasets cannot be used."""


def not_delivered(fault: Exception) -> str:
    """Return, in both languages, that a message did not arrive; a library's fault is named by its kind alone."""
    kind = type(fault).__name__
    return f"没有送达（{kind}） not delivered ({kind})"
