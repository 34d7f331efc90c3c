"""Web addresses as configurations give them."""

import httpx

from connectors.errors import ConnectorError


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port. Raises ConnectorError if the text is not a web address."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as fault:
        raise ConnectorError("网址无效 the address cannot be read") from fault
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo:
        raise ConnectorError("网址应为 the address must be http(s)://host/… without a password in it")
    return parsed.scheme, parsed.host, parsed.port
