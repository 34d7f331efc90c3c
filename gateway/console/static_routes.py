"""The files of the console, for anybody: compressed as the caller takes it, and kept for good under their digest."""

from fastapi import Request, Response

from gateway.console.assets import find_asset
from gateway.runtime.denial import DeniedError
from gateway.web.negotiation import chosen_encoding, has_version
from gateway.web.router import Router

router = Router(include_in_schema=False)
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"  # under its plain name, for pages that do not know the digest: kept, and compared each time


@router.head("/static/{name}")
@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """Return a file, or that the caller has it already. Raises DeniedError where there is none of this name."""
    found = find_asset(name)
    if found is None:
        raise DeniedError("not-found")
    encoding = chosen_encoding(request.headers.get("accept-encoding", ""), [*found.bodies])
    version = f'"{found.hashed}-{encoding}"'
    headers = {
        "Cache-Control": FOR_GOOD if name == found.hashed else ASK_AGAIN,
        "ETag": version,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if has_version(request.headers.get("if-none-match", ""), version):
        return Response(status_code=304, headers=headers)
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    body = found.bodies[encoding]
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, media_type=found.media_type, headers=headers)
