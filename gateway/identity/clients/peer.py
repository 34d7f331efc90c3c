"""Who is at the other end of the connection: its address, and its certificate where a trusted proxy passes it on."""

import base64
import binascii
import hashlib
import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.requests import Request

from gateway.runtime.settings import Settings
from gateway.web.addresses import Address

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST_CERTIFICATE = 16 * 1024
CERTIFICATES_KEPT = 1024  # thumbprints that each process remembers, by what its proxies send


class PeerError(Exception):
    """The certificate header is not readable."""


def address_of(request: Request, settings: Settings) -> Address | None:
    """Return the client's address; X-Forwarded-For is believed from trusted proxies alone, from the right."""
    chain = [request.client.host if request.client else ""]
    if _is_trusted(chain[0], settings):
        chain += [part.strip() for part in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(","))]
    found: Address | None = None
    for hop in chain:
        address = _address(hop)
        if address is None:
            break
        found = address
        if not _is_trusted(hop, settings):
            break
    return found


def certificate_thumbprint(request: Request, settings: Settings) -> str | None:
    """Return x5t#S256 (RFC 8705 3.1) of the certificate in Client-Cert, None where a trusted proxy sent none.

    The value is a byte sequence (RFC 9440 2.1) or, as nginx has it in $ssl_client_escaped_cert, percent-encoded PEM.
    Raises PeerError where it is neither, or where the header comes twice.
    """
    values = request.headers.getlist("client-cert")
    if not any(values) or not _is_trusted(request.client.host if request.client else "", settings):
        return None
    if len(values) != 1 or len(values[0]) > LARGEST_CERTIFICATE:
        raise PeerError("Client-Cert comes once, with one certificate")
    try:
        return _thumbprint(values[0].strip())
    except (ValueError, binascii.Error) as fault:
        raise PeerError("Client-Cert is no certificate (RFC 9440 2.1)") from fault


@lru_cache(CERTIFICATES_KEPT)
def _thumbprint(value: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    digest = hashlib.sha256(_read(value).public_bytes(Encoding.DER)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _read(value: str) -> "Certificate":
    from cryptography import x509

    if value.startswith(":") and value.endswith(":"):
        return x509.load_der_x509_certificate(base64.b64decode(value[1:-1], validate=True))
    return x509.load_pem_x509_certificate(unquote(value).encode())


def _is_trusted(host: str, settings: Settings) -> bool:
    address = _address(host) if settings.trusted_proxies else None
    return address is not None and any(address in network for network in settings.trusted_proxies)


@lru_cache(CERTIFICATES_KEPT)
def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
