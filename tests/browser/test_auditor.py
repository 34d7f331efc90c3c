"""The auditor in a browser: who asked, the entry verified by the browser itself, a file checked, the log grown."""

import json

from gateway.identity.key_routes import public_keys
from tests.browser.look import words_of
from tests.enterprises import uscc
from tests.house.objects import OWN

HOME = "/console/audit"


async def pin(page, key):
    """Pin the log's key, as an auditor does who got it by another way."""
    await page.locator(".check-key-text").fill(key)
    await page.locator(".check-key-pin").click()
    await page.locator(".check-keys li").wait_for()


async def outcome(page, tone):
    await page.locator(".check-run").click()
    await page.locator(f".check-outcome .notice.{tone}").wait_for()
    return await page.locator(".check-steps").inner_text()


async def test_an_auditor_finds_who_asked_and_verifies_the_entry(city, visit, look):
    page = await visit("auditor", HOME)
    await page.get_by_text("日志完整").wait_for()
    await look(page, "auditor-home")
    await page.goto(f"{city.issuer}{HOME}/questions")
    await page.fill("[name=subject]", uscc(OWN))
    await page.keyboard.press("Enter")
    await page.get_by_text("家机构共查询").first.wait_for()
    await look(page, "auditor-questions")
    await page.locator("tbody tr", has_text="已应答").first.get_by_role("link").first.click()
    await page.get_by_text("本次所凭").wait_for()
    await look(page, "auditor-inquiry")
    await page.get_by_role("link", name="应答查询").first.click()
    await outcome(page, "warn")  # without a key a signature proves nothing
    stranger = "other.example/audit+f34ecd20+AWl+xYa1cTYn5FkMvjMUi6HJ0cQCgZLIj7JQtp4O7qpa"
    await page.locator(".check-key-text").fill(stranger)
    await page.locator(".check-key-pin").click()
    await page.get_by_role("alert").get_by_text("公钥编号与公钥不符").wait_for()
    keys = public_keys(city.gateway.units)
    await pin(page, keys["audit"])
    steps = await outcome(page, "ok")
    for said in ("检查点由日志签名", "条目在日志中", "内容与记录时一致"):
        assert said in steps
    await page.get_by_text("原文（逐字）").click()
    await look(page, "auditor-entry")
    await page.reload()
    await page.locator(".check-keys li").wait_for()  # it is kept


async def test_what_the_operator_changes_on_the_way_is_refused_by_the_browser(city, visit):
    page = await visit("auditor", f"{HOME}/entries?type=inquiry.answered")
    await page.locator("tbody tr").first.get_by_role("link").click()
    await pin(page, public_keys(city.gateway.units)["audit"])

    async def changed(route):
        answer = await route.fetch()
        proof = await answer.json()
        proof["leaf"] = proof["leaf"].replace("bank-1", "bank-2")
        await route.fulfill(response=answer, body=json.dumps(proof))

    await page.route("**/proof", changed)
    assert "算出的树根与签名的不同" in await outcome(page, "bad")


async def test_an_auditor_checks_a_file_and_that_the_log_only_grew(city, visit, look, tmp_path):
    keys = public_keys(city.gateway.units)
    page = await visit("auditor", f"{HOME}/questions?subject={uscc(OWN)}")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="下载证据文件").click()
    file = tmp_path / "questions.json"
    await (await started.value).save_as(file)
    await page.goto(f"{city.issuer}{HOME}/verify")
    await pin(page, json.dumps(keys))
    await page.locator("#check-file").set_input_files(file)
    assert "声明由平台签名" in await outcome(page, "ok")
    await look(page, "auditor-verify")
    (tmp_path / "changed.json").write_bytes(file.read_bytes().replace(b"pre_loan", b"post_loan"))
    await page.locator("#check-file").set_input_files(tmp_path / "changed.json")
    await outcome(page, "bad")
    await city.sign_log()
    await page.goto(f"{city.issuer}{HOME}/checkpoints")
    assert "后者接续前者" in await outcome(page, "ok")
    await look(page, "auditor-checkpoints")


async def test_an_auditor_reads_entries_and_statistics_in_english_too(city, visit, look):
    page = await visit("auditor", f"{HOME}/entries")
    await look(page, "auditor-entries")
    for part in ("endings", "hours", "shared", "repeated"):
        await page.goto(f"{city.issuer}{HOME}/statistics?part={part}")
        assert set(words_of(await page.locator("main").inner_text())) <= {"bank"}
        await look(page, f"auditor-statistics-{part}")
    await page.goto(f"{city.issuer}/console/language/en?next={HOME}/statistics")
    await page.get_by_text("Every figure leads to its inquiries").wait_for()
    await look(page, "auditor-statistics-en")
