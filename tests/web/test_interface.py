"""The whole interface held against its own description, by a tool that is not ours: schemathesis.

Values that fit the description and values that do not are sent to every operation, by each kind of client it lets in.
As many examples for each, however long they take: what is tried does not depend on how busy the machine is.
"""

import asyncio

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.identity.clients.scopes import SCOPES
from tests.documented import document
from tests.identities import register
from tests.identity.test_routes import kinds, token

__all__ = ["kinds"]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 2}
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "429", "503"]
KNOWN = {"dataset": "ent_registration", "code": "market_regulation"}  # what those who may deliver deliver to
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}})
OPERATIONS = [one.ok() for one in schemathesis.openapi.from_dict(document(), config=CONFIG).get_all_operations()]


@schemathesis.serializer("application/offset+octet-stream", "application/zip", "application/x-ndjson")
def piece_of_an_upload(_context, value):
    """Bytes are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


def holders(operation) -> list[str]:
    """The kinds of client that the operation lets in; "" where it is open to all."""
    security = operation.definition.raw.get("security") or []
    scopes = {scope for way in security for scope in way.get("oauth2", [])}
    return [kind for kind, held in SCOPES.items() if held & scopes] or [""]


def can_be_wrong(operation) -> bool:
    """Whether anything can be sent otherwise than described: a body, or a parameter that is not just any text."""
    if operation.label == "POST /v1/consent-imports":
        return False  # it takes any lines: each is told of by itself
    raw = operation.definition.raw
    schemas = [parameter["schema"] for parameter in raw.get("parameters", [])]
    return "requestBody" in raw or any(one.keys() - {"type", "title"} or one["type"] != "string" for one in schemas)


class Sender:
    """Sends what a thread of schemathesis made, over the client of the loop that the test runs in."""

    def __init__(self, client, gateway):
        self._client, self._loop = client, asyncio.get_running_loop()
        self.sent = 0
        known = {"agency": {"client_id": KNOWN["code"], "sub": KNOWN["code"]}}
        tokens = {kind: token(gateway, kind, **known.get(kind, {})) for kind in SCOPES}
        self._headers = {"": {}} | {kind: {"Authorization": f"DPoP {one}"} for kind, one in tokens.items()}

    def send(self, case, kind):
        told = case.as_transport_kwargs(base_url=str(self._client.base_url).rstrip("/"))
        asked = requests.Request(**{name: told[name] for name in told.keys() & REQUEST}).prepare()
        headers = {**asked.headers, **self._headers[kind]}
        body = asked.body.encode() if isinstance(asked.body, str) else asked.body
        self.sent += 1
        sending = self._client.request(asked.method, asked.url, headers=headers, content=body)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result()


REQUEST = {"method", "url", "headers", "params", "data", "json", "files", "cookies"}
BOUNDED = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def found(sender, operation, mode) -> set[str]:
    """The findings of one operation's examples."""
    findings = set()

    @settings(BOUNDED, max_examples=EXAMPLES[mode])
    @given(operation.as_strategy(generation_mode=mode))
    def examples(case):
        if mode is GenerationMode.POSITIVE:
            case.path_parameters.update((name, KNOWN[name]) for name in case.path_parameters.keys() & KNOWN.keys())
        for kind in holders(operation):
            answer = sender.send(case, kind)
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                findings.update(f"{kind}: {one.title}: {one.message}" for one in group.exceptions)

    examples()
    return findings


@pytest.fixture(scope="module")
async def agency(kinds):
    """The instance, with an agency that has something to deliver beside the clients of every kind."""
    await register(kinds, KNOWN["code"], "agency")
    return kinds


# Values are drawn in a thread while the application draws numbers of its own, for pauses and ids: no strategy does.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
async def test_every_operation_answers_as_it_is_described(client, agency, mode):
    sender, findings = Sender(client, agency), {}
    tried = [one for one in OPERATIONS if mode is GenerationMode.POSITIVE or can_be_wrong(one)]
    for operation in tried:
        if told := await asyncio.to_thread(found, sender, operation, mode):
            findings[operation.label] = told
    assert findings == {}
    assert sender.sent >= sum(len(holders(one)) for one in tried)
