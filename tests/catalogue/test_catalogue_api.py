"""What clients learn of the catalogue over HTTP; that every kind may, test_routes shows."""

import jsonschema
import pytest

from connectors.catalogue.dcat import dcat_document
from connectors.catalogue.load import agencies, datasets, get_catalogue
from connectors.model.schema import catalogue_schema
from tests.identities import login, register


@pytest.fixture(scope="module")
async def key(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture
async def get(gateway, client, key):
    async def ask(path, **parameters):
        headers = await login(client, key, "bank-1", gateway.settings.issuer)
        return await client.get(f"/v1/catalogue{path}", params=parameters, headers=headers)

    return ask


async def test_agencies_and_datasets_are_all_there(get):
    shown = (await get("/agencies")).json()["agencies"]
    assert {agency["code"]: agency["zh"] for agency in shown} == {code: one.zh for code, one in agencies().items()}
    assert sum(agency["datasets"] for agency in shown) == len(datasets())
    listed = (await get("/datasets")).json()["datasets"]
    assert {one["dataset"]: one["fields"] for one in listed} == {n: len(d.fields) for n, d in datasets().items()}
    order = list(get_catalogue().categories)
    assert [order.index(one["category"]["code"]) for one in listed] == sorted(
        order.index(one["category"]["code"]) for one in listed
    )


async def test_datasets_are_found_by_agency_category_and_sharing(get):
    found = (await get("/datasets", agency="tax", category="admin_penalty", sharing="public")).json()["datasets"]
    assert [one["dataset"] for one in found] == ["penalty_tax"]
    assert found[0]["category"] == {"code": "admin_penalty", "zh": "行政处罚", "en": "Administrative penalties"}
    assert (await get("/datasets", agency="tax", category="litigation")).json() == {"datasets": []}
    for unknown in ({"agency": "taxx"}, {"category": "penalties"}, {"sharing": "secret"}):
        refused = await get("/datasets", **unknown)
        assert (refused.status_code, refused.json()["invalid_params"][0]["name"]) == (
            400,
            f"query.{next(iter(unknown))}",
        )
    assert "the nearest are tax" in (await get("/datasets", agency="taxx")).json()["detail"]
    assert (await get("/datasets", agency="x" * 64)).status_code == 400


async def test_a_dataset_is_described_whole_even_where_its_records_are_restricted(get):
    shown = (await get("/datasets/tax_arrears")).json()
    assert shown["fields"]["balance"]["unit"] == "元"
    assert shown["fields"]["address"]["personal"] == "sole_trader"
    assert shown["key"] == ["party", "tax_type"]
    assert (shown["mappings"][0]["id"], shown["mappings"][0]["version"]) == ("open-data", 1)
    assert shown["mappings"][0]["fields"]["taxpayer_name"]["from"] == ["企业或单位名称"]
    for name, dataset in datasets().items():
        assert set((await get(f"/datasets/{name}")).json()["fields"]) == set(dataset.fields)
    missing = await get("/datasets/nothing")
    assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (404, "unknown-dataset")


async def test_the_export_is_json_ld(get, gateway):
    answer = await get(".jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.json() == dcat_document(get_catalogue(), gateway.settings.issuer)


async def test_the_schema_is_open_to_any_editor(client):
    answer = await client.get("/v1/catalogue/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == catalogue_schema()
    jsonschema.Draft202012Validator.check_schema(answer.json())
