"""Where messages may go: public addresses over https, and what the operator's setting adds to them.

A name is resolved when something is sent, every address it stands for is looked at, and the connection goes to one of
those: a name that stands for another address a moment later leads nowhere else.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from gateway.runtime.denial import DeniedError
from gateway.runtime.errors import GatewayError

LONGEST_URL = 500
Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]
# Ways to write an IPv4 address as an IPv6 one: they would lead around the rule.
_CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"))
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class ForbiddenAddressError(GatewayError):
    """The name stands for an address that nothing is sent to."""


def check_url(url: str, issuer: str, networks: Networks) -> str:
    """Return the address of an endpoint as it is kept. Raises DeniedError with what is wrong with it.

    Plain http is for development: to this machine, from an instance that is itself reached at this machine.
    """
    try:
        read = httpx.URL(url)
        port = read.port
    except (httpx.InvalidURL, ValueError) as fault:
        raise DeniedError("invalid-webhook", "不是网址 url: not a URL") from fault
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise DeniedError(
            "invalid-webhook", f"网址至多 {LONGEST_URL} 个英文字符 url: at most {LONGEST_URL} ASCII characters"
        )
    if not read.host or read.userinfo or read.fragment or not 0 < (1 if port is None else port) < 2**16:
        raise DeniedError(
            "invalid-webhook", "须有主机名，不带用户名和井号 url: a host, without a user name or a fragment"
        )
    if is_development(issuer) and read.host in _LOCAL and read.scheme in {"http", "https"}:
        return str(read)
    if read.scheme != "https":
        raise DeniedError("invalid-webhook", "须为 https 地址 url: https only")
    literal = _as_address(read.host)
    if read.host in _LOCAL or (literal is not None and not is_permitted(literal, networks)):
        raise DeniedError(
            "invalid-webhook",
            "此地址不对外 url: not a public address, and not of a network that the operator has allowed",
        )
    return str(read)


def is_development(issuer: str) -> bool:
    """Tell whether an instance is reached at this machine alone."""
    return httpx.URL(issuer).host in _LOCAL


def is_permitted(address: Address, networks: Networks, *, here: bool = False) -> bool:
    """Tell whether something may be sent to an address; `here` lets it go to this machine."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif any(address in carrier for carrier in _CARRIERS):
            return False
    if any(address.version == network.version and address in network for network in networks):
        return True
    if address.is_loopback:
        return here
    return address.is_global and not address.is_multicast


async def resolve(url: httpx.URL, issuer: str, networks: Networks) -> str:
    """Return the address to connect to. Raises ForbiddenAddressError, OSError where the name stands for none."""
    here = is_development(issuer) and url.host in _LOCAL
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(is_permitted(one, networks, here=here) for one in addresses):
        raise ForbiddenAddressError("主机名指向不对外的地址 the name stands for an address that is not public")
    return str(addresses[0])


def pinned(url: httpx.URL, address: str) -> tuple[httpx.URL, dict[str, str], dict[str, str]]:
    """Return the address to connect to as a URL, with the header and the extension that keep the name."""
    return url.copy_with(host=address), {"Host": url.netloc.decode()}, {"sni_hostname": url.host}


def _as_address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
