"""What counts as one party by its address alone."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def place_of(address: Address) -> str:
    """Return an address of IPv4, or the network of 64 bits of IPv6 it lies in: anybody chooses the end of those."""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
