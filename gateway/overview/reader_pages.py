"""The interface for those who build on it: a reader of the OpenAPI document, and how requests are signed."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.render import page
from gateway.overview.signing_example import CLIENT, FILE, ISSUER, TOKEN, signed_examples
from gateway.people.guard import Visitor
from gateway.web.router import Router

router = Router(prefix="/docs", include_in_schema=False)
TYPES = {"assertion": "client_assertion", "proof": "DPoP", "batch": "Batch-Signature"}  # where each is sent


@router.head("")
@router.get("")
async def reader(request: Request, visitor: Visitor) -> Response:
    """Show every operation with its examples; without scripts it leads to the same on one page."""
    return page(request, "docs", visitor, scripts=("swagger-ui", "docs"))


@router.head("/signing")
@router.get("/signing")
async def signing(request: Request, visitor: Visitor) -> Response:
    """Show what is signed and how, on an example that anybody can make again."""
    return page(
        request, "signing", visitor, examples=signed_examples(), sent=TYPES, issuer=ISSUER, client=CLIENT, token=TOKEN,
        file=FILE,
    )  # fmt: skip
