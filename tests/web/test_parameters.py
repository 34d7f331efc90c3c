"""A parameter that an address does not have is refused by name: a filter that is misspelt would filter nothing."""

import pytest

from gateway.web.router import INTERFACE
from tests.documented import document
from tests.identity.test_routes import GUARDED, ROUTES, kinds, request_of, token
from tests.stories import slug
from tests.web.test_bodies import holder

__all__ = ["kinds"]
READS = [name for name in ROUTES if name.startswith(f"GET {INTERFACE}")]


@pytest.mark.parametrize("name", READS)
async def test_a_parameter_that_is_not_documented_is_refused_with_those_that_are(client, kinds, name):
    access = token(kinds, holder(name)) if name in GUARDED else None
    request = request_of(client, name, access)
    answer = await client.request(**{**request, "params": {**request.get("params", {}), "limitt": "1"}})
    assert (answer.status_code, slug(answer)) == (400, "invalid-request"), answer.text
    [told] = answer.json()["invalid_params"]
    assert told["name"] == "query.limitt"
    operation = document()["paths"][name.split()[1]]["get"]
    documented = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    assert sorted(told["reason"].partition("there are: ")[2].split(", ")) == sorted(documented or ["—"])
    assert "400" in operation["responses"]


async def test_a_stranger_learns_nothing_of_parameters(client):
    assert (await client.get("/v1/inquiries", params={"limitt": "1"})).status_code == 401
