"""Looking at a page as people do: pictures wide, dark and narrow; and all that a browser or a reader complains of."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import ConsoleMessage, Page, Response

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
AXE = (HERE / "axe.min.js").read_text("utf-8") if (HERE / "axe.min.js").exists() else ""
WIDE, NARROW, NARROWEST = (1440, 900), (390, 844), (400, 844)
# Told to the test by a function of the browser's: a page's own list would be gone with the page.
LISTEN = """
document.addEventListener("securitypolicyviolation", (event) =>
  reportPolicy(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
RUN_AXE = """async (rules) => {
  const chosen = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], ...chosen });
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""
TO_THE_END = """async () => {
  scrollTo(0, document.body.scrollHeight);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  scrollTo(0, 0);
}"""
# What stands out to the right, by its innermost element.
WIDEST = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  const clipped = (one) => one && one !== document.body &&
    (getComputedStyle(one).overflowX !== "visible" || clipped(one.parentElement));
  return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > most + 1)
    .filter((one) => !clipped(one.parentElement))
    .filter((one, _, all) => !all.some((other) => other !== one && one.contains(other)))
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 160));
}"""


@dataclass
class Watch:
    """What goes wrong in a page from its first byte on."""

    complaints: list[str] = field(default_factory=list)

    async def begin(self, page: Page) -> None:
        """Listen to a page that has loaded nothing yet."""
        await page.expose_function("reportPolicy", lambda told: self.complaints.append(f"policy: {told}"))
        await page.add_init_script(LISTEN)
        page.on("console", self._heard)
        page.on("pageerror", lambda fault: self.complaints.append(f"script: {fault}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))
        page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # What could not be loaded is told with its address by `_answered`, and of a page asked for it is no fault.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _failed(self, url: str, failure: str) -> None:
        if failure != "net::ERR_ABORTED":  # left before it came: a download, or the next page
            self.complaints.append(f"request: {url} {failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.complaints.append(f"answer: {response.status} {response.url}")


async def look(page: Page, watch: Watch, name: str) -> None:
    """Take a page's pictures as it stands, and fail with everything that is wrong with it."""
    PICTURES.mkdir(exist_ok=True)
    found: list[str] = []
    await page.evaluate(TO_THE_END)  # what is fetched when it comes into view
    await page.wait_for_load_state("networkidle")
    await _look_at(page, f"{name}_light_1440", WIDE, "light", found)
    await _look_at(page, f"{name}_dark_1440", WIDE, "dark", found, rules=["color-contrast"])
    await _look_at(page, f"{name}_light_390", NARROW, "light", found)
    await _size(page, NARROWEST)
    found += [f"{name} at 400: stands out: {one}" for one in await page.evaluate(WIDEST)]
    await _size(page, WIDE)
    complaints, watch.complaints = watch.complaints, []
    assert [*complaints, *found] == []


async def _look_at(page, picture, size, scheme, found, rules=None) -> None:
    await page.emulate_media(color_scheme=scheme)
    await _size(page, size)
    await page.screenshot(path=PICTURES / f"{picture}.png", full_page=not await page.locator("dialog:modal").count())
    await page.evaluate(AXE)
    found += [f"{picture}: {one}" for one in await page.evaluate(RUN_AXE, rules)]
    found += [f"{picture}: stands out: {one}" for one in await page.evaluate(WIDEST)]


async def _size(page: Page, size: tuple[int, int]) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def words_of(text: str) -> list[str]:
    """Return the words in Latin letters of a text, of three letters and more; digests and made ids are no words."""
    return re.findall(r"[A-Za-z]{3,}", re.sub(r"\b(?=[a-f-]*\d)[0-9a-f-]{8,}\b", "", text))
