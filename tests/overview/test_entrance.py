"""The address without a path leads on."""

import pytest


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html"])
async def test_a_browser_is_led_to_the_console(client, accept):
    answer = await client.get("/", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


async def test_a_program_is_told_where_everything_is_and_it_is_there(client):
    answer = await client.get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.headers["vary"] == "Accept"
    for name, address in answer.json().items():
        found = await client.get(address, headers={"Accept": "*/*"})
        assert found.status_code in {200, 303} or name in {"log", "ready"}, name
        assert found.status_code != 404 or name == "log", name
