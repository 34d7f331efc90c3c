"""Forms posted to the issuer: read by us, because a lax parser lets repeated parameters through."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from gateway.runtime.denial import DeniedError

MOST_FIELDS = 20
TYPE = "application/x-www-form-urlencoded"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class FormError(Exception):
    """The request is none to be answered; the text says what is wrong."""

    def __init__(self, description: str, error: str = "invalid_request", status: int = 400) -> None:
        super().__init__(description)
        self.error, self.status = error, status


async def read_form(request: Request) -> dict[str, str]:
    """Return the form. Raises FormError, answered as invalid_request (RFC 6749 5.2)."""
    return await read_form_of(request, MOST_FIELDS)


async def read_form_of(request: Request, most: int) -> dict[str, str]:
    """Return a form of at most so many fields. Raises FormError as above."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise FormError(f"The body must be {TYPE}.")
    if request.url.query:
        raise FormError("Put every parameter in the body.")
    if "authorization" in request.headers:
        raise FormError("Authenticate with client_assertion alone.", "invalid_client", 401)
    try:
        body = await request.body()
    except DeniedError as fault:
        raise FormError("The body is too large.") from fault
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError as fault:
        raise FormError("The body is not UTF-8 or has too many parameters.") from fault
    form = dict(pairs)
    if len(form) != len(pairs):
        raise FormError("A parameter is repeated.")
    if "client_secret" in form:
        raise FormError("Secrets are not accepted: sign a client_assertion.")
    return form


async def on_form_error(_request: Request, fault: Exception) -> JSONResponse:
    """Answer a FormError as RFC 6749 5.2 has it."""
    assert isinstance(fault, FormError)  # noqa: S101 - registered for this type
    headers = {"Cache-Control": "no-store"}
    if fault.status == 401:
        headers["WWW-Authenticate"] = f'Bearer error="{fault.error}"'
    body = {"error": fault.error, "error_description": str(fault)}
    return JSONResponse(body, status_code=fault.status, headers=headers)


OAuthForm = Annotated[dict[str, str], Depends(read_form)]


def describe_form(required: list[str], **others: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI of a form with client authentication and these members."""
    members = {
        "client_assertion_type": {"const": ASSERTION_TYPE},
        "client_assertion": {
            "type": "string",
            "description": "A JWT signed with the client's key: iss and sub = client_id, aud = the issuer.",
        },
        **others,
    }
    names = [*required, "client_assertion_type", "client_assertion"]
    schema = {"type": "object", "required": names, "properties": members}
    return {"requestBody": {"required": True, "content": {TYPE: {"schema": schema}}}}
