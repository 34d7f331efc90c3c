"""Which connectors there are: our own, and those other packages bring by entry point."""

from collections.abc import Mapping
from importlib.metadata import entry_points

from connectors.database_source import DatabaseSource
from connectors.errors import ConnectorError
from connectors.file_source import FileSource
from connectors.protocol import Connector, ConnectorType

ENTRY_POINTS = "xinqiao.connectors"
_OWN: Mapping[str, ConnectorType] = {"database": DatabaseSource, "file": FileSource}


class UnknownConnectorError(ConnectorError):
    """There is no such connector."""


def open_connector(name: str, config: Mapping[str, object]) -> Connector:
    """Make a connector by name. Raises UnknownConnectorError, or ConnectorError where the configuration is wrong."""
    brought = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if name in _OWN:
        return _OWN[name](config)
    if name not in brought:
        known = ", ".join(sorted({*_OWN, *brought}))
        raise UnknownConnectorError(f"没有连接器 {name} no connector {name}: one of {known}")
    made: ConnectorType = brought[name].load()
    return made(config)
