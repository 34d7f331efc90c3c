"""An agency over a raw connection, for tests of what an HTTP library would not do."""

import socket

import httpx

from xinqiao_client import XinqiaoAuth


def head(gateway, agency, method, path, **fields):
    """Return the head of a request with a token and a proof."""
    auth = XinqiaoAuth(gateway.issuer, agency, gateway.keys[agency].jwk)
    with httpx.Client(auth=auth) as client:
        client.get(f"{gateway.issuer}/v1/batches/00000000-0000-0000-0000-000000000000")
    request = httpx.Request(method, gateway.issuer + path)
    next(auth.auth_flow(request))
    lines = {"Host": "x", "Authorization": request.headers["Authorization"], "DPoP": request.headers["DPoP"], **fields}
    return (
        f"{method} {path} HTTP/1.1\r\n{''.join(f'{n}: {v}{chr(13)}{chr(10)}' for n, v in lines.items())}\r\n".encode()
    )


def connect(gateway):
    """Open a connection to it."""
    return socket.create_connection(("127.0.0.1", int(gateway.issuer.rpartition(":")[2])), timeout=60)
