"""Which connectors there are: our own and those other packages bring, all found by entry point."""

import inspect
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import msgspec

from connectors.catalogue.form_faults import fault_of_form, place_in_words
from connectors.errors import ConnectorError
from connectors.sources.protocol import Connector, ConnectorType, KeepsSecrets, Secrets

ENTRY_POINTS = "xinqiao.connectors"


class UnknownConnectorError(ConnectorError):
    """There is no such connector."""


class ConfigError(ConnectorError):
    """The configuration is not what the connector takes."""


def connector_names() -> list[str]:
    """Return the names of the connectors that are installed."""
    return sorted(point.name for point in entry_points(group=ENTRY_POINTS))


def find_type(name: str) -> ConnectorType:
    """Return a connector's type. Raises UnknownConnectorError, ConnectorError for a package that cannot be loaded."""
    found = [point for point in entry_points(group=ENTRY_POINTS) if point.name == name]
    if not found:
        raise UnknownConnectorError(
            f"没有连接器 {name} no connector {name}: one of {', '.join(connector_names())} (xinqiao source connectors)"
        )
    try:
        loaded: ConnectorType = found[0].load()
    except (ImportError, AttributeError) as fault:
        raise ConnectorError(f"连接器 {name} 无法加载 cannot be loaded: {type(fault).__name__}") from fault
    return loaded


def open_connector(name: str, config: Mapping[str, object], secrets: Secrets | None = None) -> Connector:
    """Make a connector by name; nothing connects yet.

    Raises UnknownConnectorError, or ConfigError that names what is wrong in the configuration.
    """
    kind = find_type(name)
    try:
        read: object = msgspec.convert(dict(config), kind.Config)
    except msgspec.ValidationError as fault:
        steps, text = fault_of_form(fault, kind.Config)
        where = f"{place_in_words(steps)}: " if steps else ""
        raise ConfigError(f"配置有误 configuration of {name}: {where}{text}") from fault
    except (ValueError, TypeError) as fault:
        raise ConfigError(f"配置有误 configuration of {name}: {fault}") from fault
    connector = kind(read)
    if isinstance(connector, KeepsSecrets):
        if secrets is None:
            raise ConnectorError(f"连接器 {name} 须在实例上运行 {name} keeps a secret: it runs on an instance only")
        connector.keep_secrets_in(secrets)
    return connector


def config_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a connector's configuration. Raises as `find_type`."""
    return msgspec.json.schema(find_type(name).Config)


def describe(name: str) -> str:
    """Return the first line a connector says about itself. Raises as `find_type`."""
    return (inspect.getdoc(find_type(name)) or "").partition("\n")[0]
