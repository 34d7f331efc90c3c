"""Trying a file says what handing it in would come to: taken in, held for these reasons, or refused."""

import pytest

from tests.agencies import HEADER, arrears

CHECK = "/v1/datasets/tax_arrears/batches:check"
NARROWER = HEADER.replace(",经营地点", "")


def narrower(numbers) -> str:
    return arrears(numbers, NARROWER).replace(",某路1号", "")


@pytest.fixture
async def known(push):
    """A history of 60 sound rows."""
    assert (await push(arrears(range(60), amount="500000"), "known")).status_code in {200, 201}


@pytest.fixture
def both(client, access, push):
    """What trying a file says, and what handing it in comes to."""

    async def run(body):
        tried = await client.post(CHECK, content=body.encode(), headers=await access())
        return tried, await push(body)

    return run


@pytest.mark.parametrize(
    ("body", "findings"),
    [
        (HEADER + "\n", []),  # nothing to report this month
        (arrears([400]), []),
        (NARROWER + "\n", [("column_gone", "经营地点")]),
        (narrower([401]), [("column_gone", "经营地点")]),
        (arrears([402], f"{HEADER},联系人").replace(",增值税", ",增值税,王五"), [("column_new", "联系人")]),
        (arrears([403], HEADER.replace("欠税金额", "欠税金额(元)")), [("column_renamed", "欠税金额(元)")]),
        (arrears(range(410, 470), amount="50"), [("unit", "balance")]),
        (arrears(range(410, 470), amount="500000", address=""), [("empty", "address")]),
        (arrears(range(410, 470), amount="五十多万元"), [("rejected", "balance")]),
        (arrears(range(410, 440), amount="50"), []),  # too few to tell
    ],
    ids=["empty", "alike", "empty, a column less", "a column less", "a column more", "a column renamed",
         "another unit", "a field empty", "a field refused", "few rows"],
)  # fmt: skip
async def test_what_would_be_held_is_foreseen(known, both, body, findings):
    tried, pushed = await both(body)
    assert pushed.status_code == (202 if findings else 201), pushed.text
    told = tried.json()
    assert told["would_be_held"] is bool(findings)
    assert [(finding["kind"], finding["column"]) for finding in told["findings"]] == findings
    assert told["findings"] == pushed.json().get("findings", [])
    counts = ("rows", "rejected", "natural_persons")
    assert not findings or told["stored"] is False
    assert findings or {name: told[name] for name in counts} == {name: pushed.json()[name] for name in counts}


async def test_what_would_be_refused_is_foreseen(known, both, push, get):
    tried, pushed = await both(arrears([500], HEADER.replace("欠税金额", "金额")))
    assert (tried.status_code, tried.json()["detail"]) == (pushed.status_code, pushed.json()["detail"])
    batch = (await push(arrears([501], amount="若干"))).json()["batch"]
    back = (await get(f"/v1/batches/{batch}/rejected-rows", headers={"Accept": "text/csv"})).text
    tried, pushed = await both(back)
    assert (tried.status_code, pushed.status_code) == (422, 422)
    assert tried.json()["detail"] == pushed.json()["detail"]
    assert "Corrects" in tried.json()["detail"]


async def test_the_first_rows_say_nothing_of_the_values_of_all(known, client, access):
    body = arrears(range(510, 570), amount="50").encode()
    tried = await client.post(f"{CHECK}?rows=55", content=body, headers=await access())
    assert (tried.json()["whole_file"], tried.json()["would_be_held"]) == (False, False)
