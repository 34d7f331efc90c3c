"""The interface as a Postman collection (v2.1), which Bruno, Insomnia and Apifox read too. Pure.

A folder per tag, a request per operation with the body of its example, the answer of its example beside it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
AN_ID = "01983a2b-7c1d-7e00-8000-000000000001"
NEW_EACH_TIME = {"Idempotency-Key": "{{$guid}}", "Batch-Id": "{{$guid}}"}
LOGIN = """
每个请求都须登录，并带一个新签的持有证明（DPoP），因此不能只靠点击：
先在命令行取得令牌和证明，填入变量 `token` 和 `proof`。
Every request needs a log-in and a proof of possession (DPoP) signed for it alone, which no click makes:
get both on the command line and put them into the variables `token` and `proof`.

    pip install ./client
    python -m xinqiao_client token {{service}} {{client_id}} KEY.json
    python -m xinqiao_client proof KEY.json METHOD URL --token TOKEN

令牌 300 秒内有效；证明只能用一次，METHOD 和 URL（不含查询参数）须与请求相同。说明见 docs/api.md。
A token is good for 300 s; a proof is good once, for that METHOD and URL (without the query): docs/api.md.
"""


def collection_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the collection of an OpenAPI document whose operations have a tag, a summary and examples."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            folders.setdefault(operation["tags"][0], []).append(_item(path, method.upper(), operation))
    token_url = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["tokenUrl"]
    variables = {"service": token_url.removesuffix("/oauth/token"), "client_id": "bank-1", "token": "", "proof": ""}
    return {
        "info": {"name": document["info"]["title"], "schema": SCHEMA, "description": LOGIN.strip()},
        "item": [{"name": tag, "item": items} for tag, items in folders.items()],
        "variable": [{"key": name, "value": value} for name, value in variables.items()],
    }


def _item(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    request = {
        "method": method,
        "header": list(_headers(operation)),
        "url": _url(path, operation),
        "description": operation.get("description", ""),
        **_body(operation.get("requestBody", {}).get("content", {})),
    }
    return {"name": operation["summary"], "request": request, "response": list(_answers(operation, request))}


def _url(path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address with its parameters; an optional one of the query is shown and not sent."""
    steps = [re.sub(r"^\{(\w+)\}", r":\1", step) for step in path.strip("/").split("/")]
    parameters = operation.get("parameters", [])
    named = {one["name"]: _named(one) for one in parameters if one["in"] == "path"}
    return {
        "raw": "{{service}}/" + "/".join(steps),
        "host": ["{{service}}"],
        "path": steps,
        "query": [
            {**_named(one), "disabled": not one.get("required", False)} for one in parameters if one["in"] == "query"
        ],
        "variable": [_variable(step[1:], named) for step in steps if step.startswith(":")],
    }


def _variable(step: str, named: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the variable of a step: all of it, as Postman reads one; what is done with an object stands behind it."""
    name, colon, verb = step.partition(":")
    done = re.sub(r"\{(\w+)\}", lambda part: str(named[part[1]]["value"]), verb)
    return {**named[name], "key": step, "value": f"{named[name]['value']}{colon}{done}"}


def _headers(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if operation["security"]:
        yield {"key": "Authorization", "value": "DPoP {{token}}"}
        yield {"key": "DPoP", "value": "{{proof}}"}
    for kind in [*operation.get("requestBody", {}).get("content", {})][:1]:
        yield {"key": "Content-Type", "value": kind}
    for one in operation.get("parameters", []):
        if one["in"] == "header":
            wanted = one.get("required", False) or one["name"] in NEW_EACH_TIME
            yield {**_named(one), "disabled": not wanted}


def _named(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    shown = schema.get("default", schema.get("const", [*schema.get("enum", []), ""][0]))
    value = AN_ID if schema.get("format") == "uuid" else "" if shown is None else str(shown)
    return {
        "key": parameter["name"],
        "value": NEW_EACH_TIME.get(parameter["name"], value),
        "description": parameter.get("description", ""),
    }


def _body(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the first media type: JSON, a form, or a file to be chosen."""
    for kind, shown in content.items():
        example = shown.get("example")
        if kind == "application/x-www-form-urlencoded":
            fields = [{"key": name, "value": str(value), "type": "text"} for name, value in example.items()]
            return {"body": {"mode": "urlencoded", "urlencoded": fields}}
        if kind.endswith("json") and not isinstance(example, str):
            return {"body": {"mode": "raw", "raw": _json(example), "options": {"raw": {"language": "json"}}}}
        return {"body": {"mode": "raw", "raw": str(example)} if isinstance(example, str) else {"mode": "file"}}
    return {}


def _answers(operation: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the answer where all is well, as an example kept beside the request."""
    status, answer = next((status, told) for status, told in operation["responses"].items() if status < "4")
    for kind, shown in [*answer.get("content", {}).items()][:1]:
        example = shown.get("example", "")
        yield {
            "name": answer["description"],
            "originalRequest": request,
            "code": int(status),
            "status": answer["description"],
            "header": [{"key": "Content-Type", "value": kind}],
            "body": example if isinstance(example, str) else _json(example),
        }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
