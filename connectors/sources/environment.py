"""Secrets of sources: a configuration names the environment variable, it never holds the secret."""

import os

from connectors.errors import ConnectorError


def secret(variable: str) -> str:
    """Return a secret from the environment. Raises ConnectorError that names the variable."""
    value = os.environ.get(variable) if variable and "=" not in variable and "\x00" not in variable else None
    if not value:
        raise ConnectorError(f"环境变量 {variable} 未设置 the environment variable {variable} is not set")
    return value
