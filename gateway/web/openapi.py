"""The OpenAPI document: FastAPI's, with what it cannot know: errors of the table, who may call, examples."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from gateway.runtime.denial import Denial
from gateway.web.error_table import ERRORS
from gateway.web.operations import Operation
from gateway.web.problems import MEDIA_TYPE, problem_document
from gateway.web.router import INTERFACE, head_checks

ALWAYS = ("internal-error", "storage-unavailable")
WITH_PARAMETERS = ("invalid-request",)
WITH_JSON = ("http-error", "body-too-large")
WRITING = ("log-not-signed",)
WITH_TOKEN = (
    "unauthenticated", "invalid-dpop-proof", "use-dpop-nonce", "insufficient-scope", "account-suspended",
    "account-closed", "institution-suspended", "institution-closed", "agreement-not-in-force", "address-not-allowed",
    "service-busy", "rate-exceeded", "abnormal-usage-detected",
)  # fmt: skip
SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457: what went wrong; `type` is the address of a page about it.",
        "required": ["type", "title", "status", "detail", "remedy"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "remedy": {"type": "string", "description": "怎么办 what to do"},
            "invalid_params": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "reason"],
                    "properties": {"name": {"type": "string"}, "reason": {"type": "string"}},
                },
            },
        },
    },
    "OAuthError": {
        "type": "object",
        "description": "RFC 6749 5.2",
        "required": ["error"],
        "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    },
}


def describe(app: FastAPI, operations: Mapping[str, Operation], scopes: Mapping[str, str]) -> dict[str, Any]:
    """Return the document of an application: `operations` by "METHOD /path", `scopes` with what each is for.

    Raises KeyError for an operation that is not declared.
    """
    issuer: str = app.state.issuer
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = document.setdefault("components", {})
    components["securitySchemes"] = _security_schemes(issuer, scopes)
    components["schemas"] = {
        name: schema for name, schema in components.get("schemas", {}).items() if "ValidationError" not in name
    } | SCHEMAS
    components["examples"] = {
        reason: {"summary": row.title, "value": problem_document(issuer, Denial(reason, members=row.members))}
        for reason, row in ERRORS.items()
    }
    callers = dict(_callers(app))
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            name = f"{method.upper()} {path}"
            _complete(described, operations[name], callers[name], writes=method != "get", path=path)
            _link(described["responses"], operations[name], document["paths"])
    return document


def _callers(app: FastAPI) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each documented operation with the scopes of which its caller needs one; none where anybody may call."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            for method in context.methods or ():
                yield f"{method} {context.path_format}", _scopes(context.dependant)


def _scopes(dependant: Dependant) -> tuple[str, ...]:
    return next((check.scopes for check in head_checks(dependant)), ())


def _complete(
    described: dict[str, Any], operation: Operation, scopes: tuple[str, ...], *, writes: bool, path: str
) -> None:
    """Write into one operation who may call it, what it can answer, and the examples."""
    responses = {status: told for status, told in described["responses"].items() if status != "422"}
    body = described.get("requestBody", {}).get("content", {})
    described["security"] = [{"oauth2": [scope], way: []} for scope in scopes for way in ("dpop", "mutualTLS")]
    reasons = [
        *ALWAYS, *(WITH_TOKEN if scopes else ()), *(WRITING if scopes and writes else ()),
        *(WITH_JSON if "application/json" in body else ()),
        *(WITH_PARAMETERS if body or "parameters" in described else ()), *operation.reasons,
    ]  # fmt: skip
    if not writes and path.startswith(INTERFACE):  # a parameter that is not documented is refused
        reasons += WITH_PARAMETERS
    success = responses[min(responses)]
    success["description"] = success["description"].replace("Successful Response", "成功 Done.")
    _show(body, operation.sent)
    if operation.answered is None:
        success.pop("content", None)
    else:
        success["content"] = success.get("content") or {operation.media_type: {"schema": {"type": "string"}}}
        _show(success["content"], operation.answered)
    for status, meaning in operation.also.items():
        content = dict(success.get("content", {})) if status < 300 else {}
        if status >= 400 and "text/html" in success.get("content", {}):  # a page says what is wrong in a page
            content = {"text/html": {"schema": {"type": "string"}}}
        responses[str(status)] = {"description": meaning, **({"content": content} if content else {})}
    for status, error in operation.oauth.items():
        example = {"error": error, "error_description": "…"}
        shown = {"schema": {"$ref": "#/components/schemas/OAuthError"}, "example": example}
        responses[str(status)] = {"description": error, "content": {"application/json": shown}}
    for reason in sorted(set(reasons)):
        _add_problem(responses, reason)
    described["responses"] = dict(sorted(responses.items()))


def _link(responses: dict[str, Any], operation: Operation, paths: Mapping[str, Any]) -> None:
    """Say of each id in an answer which operations take it (OpenAPI 3.1, links)."""
    links = {}
    for member, targets in operation.gives.items():
        for method, path in (target.split() for target in targets):
            parameter = path.partition("{")[2].partition("}")[0]
            told = {"operationId": paths[path][method.lower()]["operationId"]}
            links[told["operationId"]] = {**told, "parameters": {parameter: f"$response.body#/{member}"}}
    for status, response in responses.items():
        if links and status.startswith("2"):
            response["links"] = links


def _show(content: dict[str, Any], example: object) -> None:
    """Put an example, and a schema where the route tells none, to each media type that is text; workbooks are not."""
    for kind, shown in content.items():
        if not kind.startswith("application/vnd."):
            shown.setdefault("example", example)
            shown.setdefault("schema", {"type": "object" if kind.endswith("json") else "string"})


def _add_problem(responses: dict[str, Any], reason: str) -> None:
    """Add a reason to the responses of its status, which can have several."""
    row = ERRORS[reason]
    response = responses.setdefault(str(row.status), {"description": ""})
    response["description"] = "; ".join(filter(None, [response["description"], row.title]))
    shown = response.setdefault("content", {}).setdefault(
        MEDIA_TYPE, {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
    )
    shown["examples"][reason] = {"$ref": f"#/components/examples/{reason}"}


def _security_schemes(issuer: str, scopes: Mapping[str, str]) -> dict[str, Any]:
    """A token is got by either flow, and used with a proof or with the certificate it is bound to."""
    return {
        "oauth2": {
            "type": "oauth2",
            "description": "OAuth 2.0, FAPI 2.0: private_key_jwt, pushed authorization requests, PKCE.",
            "flows": {
                "clientCredentials": {"tokenUrl": f"{issuer}/oauth/token", "scopes": dict(scopes)},
                "authorizationCode": {
                    "authorizationUrl": f"{issuer}/oauth/authorize",
                    "tokenUrl": f"{issuer}/oauth/token",
                    "scopes": dict(scopes),
                },
            },
        },
        "dpop": {"type": "http", "scheme": "DPoP", "description": "RFC 9449: a proof for each request."},
        "mutualTLS": {"type": "mutualTLS", "description": "RFC 8705: the certificate the token is bound to."},
    }
