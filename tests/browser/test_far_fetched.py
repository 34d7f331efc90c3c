"""Pages with nothing on them, and with what nobody expects: names without end, ten thousand rows, other scripts."""

import pytest
import pytest_asyncio
from sqlalchemy import text

from gateway.identity.clients.registry import add_institution
from gateway.people.guard import cookie_name
from tests import database_server
from tests.actors import OPERATOR
from tests.browser.city import fill, served
from tests.browser.look import NARROWEST, WIDEST
from tests.house import objects
from tests.house.pages import ASKED, PAGES, address
from tests.stories import registration

UNBROKEN = "W" * 200
HAN = ("温州瓯江口产业集聚区鞋革" * 20)[:200]
EMOJI, RIGHT_TO_LEFT = "瓯海👟鞋业🏭有限公司" * 8, "شركة الأحذية المحدودة שלום " * 7
# Files and answers for scripts: nothing of them is laid out.
NO_LAYOUT = (
    "template.xlsx", "schema.json", "rejected-rows", "/count", "/now", "proof", "/growth", "/evidence", "/progress",
    "/answer", "/{form}", "months.csv",
)  # fmt: skip
LAID_OUT = [path for path in PAGES if not path.endswith(NO_LAYOUT)]
# One row becomes ten thousand, which differ in these columns; ids only at their end, so that the partition fits.
COPY = """
INSERT INTO {table} OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(one) || jsonb_build_object({changes}))).*
FROM (SELECT * FROM {table} LIMIT 1) one, generate_series(1, 9999) n
"""
NUMBERED = "'{0}', left(one.{0}::text, 24) || lpad(n::text, 12, '0')"
MANY = {
    "inquiry": NUMBERED.format("inquiry_id"),
    "batch": NUMBERED.format("batch_id") + ", 'sender_batch', 'batch ' || n, 'number', 1000000 + n",
    "person": "'person_id', 'p-' || n, 'oidc_subject', NULL",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bare(socket_folder, tmp_path_factory):
    """An instance with people and nothing else."""
    with database_server.fresh_database(socket_folder) as urls:
        async with served(urls, tmp_path_factory.mktemp("bare")) as city:
            async with city.gateway.units.begin("test.institutions", OPERATOR) as work:
                await add_institution(work, institution_id="bank", name=UNBROKEN, kind="bank")
            await city.sign_in_all()
            await city.sign_log()
            yield city


@pytest.fixture
async def standing_out(bare, chromium):
    """Go through pages as whoever may see them; return what is no page, or stands out at the side."""

    async def walk(paths: list[str]) -> list[str]:
        found = []
        width, height = NARROWEST
        async with await chromium.new_context(viewport={"width": width, "height": height}) as context:
            page = await context.new_page()
            for path in paths:
                role = min(PAGES[path])
                session = {"name": cookie_name(bare.gateway.settings), "value": bare.cookies[role], "url": bare.issuer}
                await context.add_cookies([session])
                answer = await page.goto(bare.issuer + address(path, bare.ids))
                if answer.status != 200:
                    found.append(f"{path} as {role}: {answer.status}")
                found += [f"{path} as {role}: {one}" for one in await page.evaluate(WIDEST)]
        return found

    return walk


async def test_pages_with_nothing_on_them_are_whole(standing_out):
    assert await standing_out([path for path in LAID_OUT if "{" not in path + ASKED.get(path, "")]) == []


async def test_names_without_end_and_ten_thousand_rows_leave_every_page_whole(bare, standing_out):
    await fill(bare)
    story = bare.town.story
    await story.push("market_regulation", "ent_registration", registration(objects.OWN, 企业名称=HAN))
    await story.push("market_regulation", "ent_registration", registration(objects.OTHER, 企业名称=EMOJI))
    await objects.batch(bare.town, objects.arrears(*range(1000, 1100), amount="x" * 300))
    async with bare.gateway.database.begin("test.many", role="owner") as session:
        names = {"right": RIGHT_TO_LEFT, "long": HAN}
        await session.execute(text("UPDATE institution SET name = :right WHERE institution_id <> 'bank'"), names)
        await session.execute(text("UPDATE person SET name = :long"), names)
        for table, changes in MANY.items():
            await session.execute(text(COPY.format(table=table, changes=changes)))
            await session.execute(text(f"ANALYZE {table}"))  # as the database does by itself, a minute later
    assert await standing_out(LAID_OUT) == []
