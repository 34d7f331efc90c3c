"""Consents on paper, their files, and templates, as officers and both parties see them, in both languages."""

import base64
from datetime import UTC, datetime

from connectors.model.calendar import day_of
from tests.enterprises import uscc
from tests.house.objects import OWN
from tests.inquiries.test_pages import programs
from tests.stories import Story

SCAN = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PERSON = "a" * 64


async def entered(city):
    """A request with a scan, entered by an officer who works by a client, that waits for another one."""
    gateway = city.gateway
    async with programs(gateway) as client:
        story = Story(gateway, client, dict(city.town.story.keys))
        await story.enrol("maker-1", "operator")
        asked = await story.request("bank-1", OWN, pi_items=[{"person": PERSON, "role": "legal_rep"}])
        consent = asked.json()["consent"]
        place, headers = f"/v1/admin/paper/{consent}", await story.headers("maker-1")
        sent = {"content": SCAN, "headers": {**headers, "Content-Type": "image/png"}}
        scan = (await story.client.post(f"{place}/scans", **sent)).json()["scan"]
        shown = (await story.client.get(place, headers=headers)).json()["shown"]
        signed = {
            "scan": scan, "shown": shown, "id_number": "330302197001010012", "role": "legal_rep",
            "signed_on": str(day_of(datetime.now(UTC))),
        }  # fmt: skip
        made = await story.client.post(place, json=signed, headers=headers)
        assert made.status_code == 202, made.text
        return consent, made.json()["change"]


async def test_officers_and_both_parties_see_a_paper_and_its_files(city, visit, look):
    consent, change = await entered(city)
    for role, pages in (
        ("operator", {
            "paper": "paper", f"paper?enterprise={uscc(OWN)}": "paper-found", f"paper/{consent}": "paper-request",
            f"paper/{consent}/sheet": "paper-sheet", f"changes/{change}": "paper-check",
            "consents/-/templates": "templates", "consents/-/templates/pre-loan": "template",
        }),
        ("staff", {f"consents/{consent}": "consent-files"}),
        ("owner", {f"enterprise/consents/{consent}": "consent-files"}),
    ):  # fmt: skip
        for language in ("zh", "en"):
            page = await visit(role, "/console/paper" if role == "operator" else "/console/waiting", language=language)
            for place, name in pages.items():
                await page.goto(f"{city.issuer}/console/{place}")
                await look(page, f"{role}-{name}-{language}")
