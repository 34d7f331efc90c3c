"""The form of a dataset at its three doors: one workbook, which binds when it is filled in."""

from datetime import date

import pytest

from connectors.catalogue.load import get_dataset
from connectors.catalogue.template import template_columns
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from gateway.catalogue.template import MEDIA_TYPE
from tests.identities import login, register
from tests.persons import signed_in
from tests.town import run_command


@pytest.fixture(scope="module")
async def key(gateway):
    return await register(gateway, "bank-1", "account", "bank")


def tried(path, content):
    path.write_bytes(content)
    return try_out(get_dataset("tax_arrears"), decode(path), date(2026, 11, 27))


async def test_a_client_fetches_a_form_whose_example_is_all_that_is_refused(gateway, client, key, tmp_path):
    headers = await login(client, key, "bank-1", gateway.settings.issuer)
    answer = await client.get("/v1/datasets/tax_arrears/template.xlsx", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert answer.headers["content-disposition"] == 'attachment; filename="tax_arrears.xlsx"'
    trial = tried(tmp_path / "form.xlsx", answer.content)
    assert trial.layout.binding.header == [column.heading for column in template_columns(get_dataset("tax_arrears"))]
    assert (trial.counts["rows"], trial.reasons) == (1, {"example_row": 1})


async def test_a_form_of_no_dataset_is_not_found(gateway, client, key):
    headers = await login(client, key, "bank-1", gateway.settings.issuer)
    answer = await client.get("/v1/datasets/nothing/template.xlsx", headers=headers)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-dataset")


async def test_the_console_offers_the_form(gateway, client, tmp_path):
    await signed_in(gateway, client, "reader-1", "regulator")
    page = await client.get("/console/catalogue/tax_arrears")
    assert 'href="/console/catalogue/tax_arrears/template.xlsx"' in page.text
    answer = await client.get("/console/catalogue/tax_arrears/template.xlsx")
    assert tried(tmp_path / "form.xlsx", answer.content).reasons == {"example_row": 1}
    assert (await client.get("/console/catalogue/nothing/template.xlsx")).status_code == 404


def test_the_command_line_writes_the_form(tmp_path):
    path = tmp_path / "form.xlsx"
    assert str(path) in run_command(["agency", "template", "tax_arrears", "--output", str(path)], {})
    assert tried(path, path.read_bytes()).reasons == {"example_row": 1}
