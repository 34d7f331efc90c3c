"""A report is answered in front of the framework as its route answers it: every form a body can have, both ways."""

from uuid import uuid4

import pytest

INQUIRY = "01983a2b-7c1d-7e00-8000-000000000001"
SOUND = f'{{"inquiry": "{INQUIRY}", "outcome": "granted", "amount": "5.00", "decided_on": "2026-01-05"}}'
JSON = "application/json"


def but(old, new):
    assert old in SOUND
    return SOUND.replace(old, new)


BODIES = {
    "sound": SOUND,
    "of today's future": but("2026-01-05", "2999-01-01"),
    "empty": "",
    "no JSON": "{",
    "a list": "[]",
    "null": "null",
    "two values": f"{SOUND}{SOUND}",
    "with a mark of order": f"\ufeff{SOUND}",
    "more members": but("{", '{"more": 1, '),
    "a member twice": but("{", '{"outcome": "refused", '),
    "no inquiry": but(f'"inquiry": "{INQUIRY}", ', ""),
    "an inquiry in upper case": but(INQUIRY, INQUIRY.upper()),
    "an inquiry in braces": but(INQUIRY, f"{{{INQUIRY}}}"),
    "an inquiry as URN": but(INQUIRY, f"urn:uuid:{INQUIRY}"),
    "an inquiry without dashes": but(INQUIRY, INQUIRY.replace("-", "")),
    "an inquiry that is a number": but(f'"{INQUIRY}"', "7"),
    "another outcome": but("granted", "perhaps"),
    "an outcome in upper case": but("granted", "Granted"),
    "refused with an amount": but("granted", "refused"),
    "granted without an amount": but('"amount": "5.00", ', ""),
    "an amount as number": but('"5.00"', "5"),
    "an amount with a fraction": but('"5.00"', "5.5"),
    "an amount that is none": but('"5.00"', '"five"'),
    "an amount below zero": but("5.00", "-5.00"),
    "an amount of three places": but("5.00", "5.001"),
    "an amount with spaces": but("5.00", " 5.00 "),
    "an amount in fullwidth digits": but("5.00", "５.００"),
    "NaN": but('"5.00"', "NaN"),
    "Infinity": but('"5.00"', "Infinity"),
    "a huge number": but('"5.00"', "1" + "0" * 400),
    "a day as number": but('"2026-01-05"', "1767571200"),
    "a day as text of a number": but("2026-01-05", "1767571200"),
    "a day with a time": but("2026-01-05", "2026-01-05T00:00:00"),
    "a day with a time of day": but("2026-01-05", "2026-01-05T08:00:00Z"),
    "a day that there is not": but("2026-01-05", "2026-02-30"),
    "a day of five digits": but("2026-01-05", "12026-01-05"),
    "first_time as text": but("{", '{"first_time": "true", '),
    "first_time as number": but("{", '{"first_time": 1, '),
    "first_time as nothing": but("{", '{"first_time": null, '),
    "half a surrogate": but("granted", "\\ud800"),
    "NUL": but("granted", "\\u0000"),
    "too deep": "[" * 40 + "]" * 40,
    "too many parts": "[" + "1," * 10_001 + "1]",
    "too large": SOUND + " " * 65_536,
}
KINDS = [JSON, "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.x+json", "text/plain", None]


@pytest.fixture
async def told(story, service):
    """Send one report in front and one to its route; return both answers."""
    await story.account("bank-1", "bank")

    async def send(content, kind=JSON, account="bank-1", **more):
        answers = []
        for front in (service.fronts["/v1/usage-results"], None):
            service.fronts |= {"/v1/usage-results": front} if front else {}
            kept = None if front else service.fronts.pop("/v1/usage-results")
            headers = {**await story.headers(account), **({"Content-Type": kind} if kind else {}), **more}
            request = story.client.build_request("POST", "/v1/usage-results", content=content, headers=headers)
            if kind is None:
                request.headers.pop("content-type", None)
            answers.append(await story.client.send(request))
            if kept:
                service.fronts["/v1/usage-results"] = kept
        return [(one.status_code, one.content, bare(one)) for one in answers]

    return send


def bare(answer):
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


async def test_every_body_is_answered_alike(told):
    for name, body in BODIES.items():
        in_front, by_route = await told(body.encode("utf-8", "surrogatepass"))
        assert in_front == by_route, name
        assert in_front[0] in {400, 404, 413}, name


async def test_every_kind_of_content_is_answered_alike(told):
    for kind in KINDS:
        in_front, by_route = await told(SOUND.encode(), kind)
        assert in_front == by_route, kind


async def test_bytes_that_are_no_text_are_answered_alike(told):
    in_front, by_route = await told(b'{"inquiry": "\xff"}')
    assert in_front == by_route
    assert in_front[0] == 400


async def test_who_may_not_report_is_told_so_alike(told, story):
    await story.enrol("tax", "agency")
    in_front, by_route = await told(SOUND.encode(), account="tax")
    assert in_front == by_route
    assert in_front[0] == 403
    for scheme in ("DPoP", "Bearer"):
        in_front, by_route = await told(SOUND.encode(), Authorization=f"{scheme} {uuid4()}")
        assert in_front == by_route
        assert in_front[0] == 401
