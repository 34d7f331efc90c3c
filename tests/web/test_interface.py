"""The whole interface held against its own description, by a tool that is not ours: schemathesis.

Values that fit the description and values that do not are sent to every operation, with a token of a kind it lets in.
"""

import asyncio
import time
from contextlib import suppress

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from hypothesis.strategies import composite
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
from tests.identity.test_routes import kinds, token

__all__ = ["kinds"]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
EXAMPLES = 4
SECONDS_EACH = 0.4  # no example is begun later: the walk over all operations ends within the minute
OPERATIONS = [one.ok() for one in schemathesis.openapi.from_dict(document()).get_all_operations()]


@schemathesis.serializer("application/offset+octet-stream")
def piece_of_an_upload(_context, value):
    """Bytes are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


def holder(operation) -> str | None:
    """A kind of client that the operation lets in; None where it is open."""
    security = operation.definition.raw.get("security") or []
    scopes = {scope for way in security for scope in way.get("oauth2", [])}
    return next((kind for kind, held in SCOPES.items() if held & scopes), None)


class Sender:
    """Sends what a thread of schemathesis made, over the client of the loop that the test runs in."""

    def __init__(self, client, gateway):
        self._client, self._loop = client, asyncio.get_running_loop()
        self.sent = 0
        self._tokens = {kind: {"Authorization": f"DPoP {token(gateway, kind)}"} for kind in SCOPES}

    def send(self, case):
        told = case.as_transport_kwargs(base_url=str(self._client.base_url).rstrip("/"))
        asked = requests.Request(**{name: told[name] for name in told.keys() & REQUEST}).prepare()
        headers = {**asked.headers, **self._tokens.get(holder(case.operation), {})}
        body = asked.body.encode() if isinstance(asked.body, str) else asked.body
        self.sent += 1
        sending = self._client.request(asked.method, asked.url, headers=headers, content=body)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result()


REQUEST = {"method", "url", "headers", "params", "data", "json", "files", "cookies"}
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def found(sender, operation, mode) -> set[str]:
    """The findings of one operation's examples."""
    findings, until = set(), time.monotonic() + SECONDS_EACH

    @composite
    def in_time(draw):
        if time.monotonic() > until:
            raise TimeoutError
        return draw(operation.as_strategy(generation_mode=mode))

    @BOUNDED
    @given(in_time())
    def examples(case):
        answer = sender.send(case)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            findings.update(f"{one.title}: {one.message}" for one in group.exceptions)

    with suppress(TimeoutError, FlakyStrategyDefinition, Unsatisfiable):  # out of time; or nothing could be otherwise
        examples()
    return findings


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
async def test_every_operation_answers_as_it_is_described(client, kinds, mode):
    sender, findings = Sender(client, kinds), {}
    for operation in OPERATIONS:
        if told := await asyncio.to_thread(found, sender, operation, mode):
            findings[operation.label] = told
    assert findings == {}
    assert sender.sent > len(OPERATIONS) // 2
