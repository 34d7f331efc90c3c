"""The network that a signed answer tells. Pure."""

from collections.abc import Mapping
from typing import Any

from gateway.runtime.denial import DeniedError


def network_of(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an answer's network. Raises DeniedError where it tells none."""
    network = statement.get("network")
    if not network or network["status"] != "told":
        raise DeniedError("no-network")
    found: Mapping[str, Any] = network
    return found
