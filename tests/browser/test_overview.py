"""A regulator sees how the whole stands; anybody finds what they may open, what waits for them, and the interface."""


async def test_a_regulator_sees_the_whole_in_words_and_charts_and_on_a_wall(visit, look):
    page = await visit("regulator")
    await page.wait_for_url("**/console/overview")
    assert await page.locator(".chart-canvas canvas").count() >= 2  # of few enterprises no band is drawn
    await page.locator(".graph-canvas").scroll_into_view_if_needed()  # it is drawn when it is seen
    await page.locator(".graph-canvas canvas").first.wait_for()
    await look(page, "overview")
    await page.locator("summary", has_text="看数据表").first.click()
    assert await page.locator("table").first.is_visible()
    await page.get_by_role("link", name="全屏").last.click()
    await page.wait_for_url("**/console/wall")
    await page.locator(".wall-grid .chart-canvas canvas").first.wait_for()
    fits = (
        "() => [document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth, innerWidth]"
    )
    height, window, width, wide = await page.evaluate(fits)
    assert height <= window
    assert width <= wide
    await look(page, "wall")


async def test_the_wall_draws_again_what_it_is_sent(visit):
    page = await visit("regulator", "/console/wall", language="en")
    await page.locator(".wall-grid .chart-canvas canvas").first.wait_for()
    await page.evaluate("() => htmx.ajax('GET', '/console/wall/now', { target: '#wall', swap: 'innerHTML' })")
    await page.locator(".wall-grid .chart-canvas canvas").first.wait_for()
    assert await page.locator("h1").count() == 1


async def test_somebody_searches_from_any_page_with_one_key(visit, look):
    page = await visit("auditor", "/console/help")
    await look(page, "help")
    await page.keyboard.press("/")
    await page.keyboard.type("企业")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/search?**")
    await page.get_by_role("heading", name="搜索").wait_for()
    await look(page, "search")
    await page.keyboard.press("/")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("没有这样的东西")
    await page.keyboard.press("Enter")
    await page.get_by_text("没有找到").wait_for()
    await look(page, "search-nothing")


async def test_what_waits_is_counted_beside_the_inbox_and_listed(city, visit, look):
    page = await visit("clerk", "/console/waiting")
    await (
        page.locator(".top .waiting-count")
        .filter(has_text="1")
        .or_(page.locator(".top .waiting-count:not(:empty)"))
        .first.wait_for()
    )
    await look(page, "waiting")


async def test_the_interface_is_read_and_what_is_signed_is_shown(visit, look):
    page = await visit("staff", "/docs")
    await page.locator(".swagger-ui .opblock-tag").first.wait_for(timeout=60_000)
    await look(page, "docs")
    await page.goto(page.url.partition("/docs")[0] + "/docs/signing")
    await look(page, "signing")
