"""`xinqiao agency list|show|schema|dcat` as an operator runs them, on a real instance."""

import json

import pytest

from connectors.catalogue.dcat import dcat_document
from connectors.catalogue.load import agencies, datasets, get_catalogue
from connectors.model.schema import catalogue_schema
from tests.enterprises import uscc
from tests.processes import xinqiao
from tests.town import instance

# A department of a city's own catalogue, which the list is then asked without.
GONE = """\
agency: {code: gone, zh: 已撤部门, en: Gone}
datasets:
  gone_penalty:
    title: {zh: 旧处罚, en: Old penalties}
    category: admin_penalty
    key: [doc_no]
    fields:
      doc_no: {zh: 文号, required: true}
"""


@pytest.fixture(scope="module")
def city(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    with instance(socket_folder, folder, "gateway") as made:
        yield made


def command(city, *arguments):
    return xinqiao(["agency", *arguments], city.env).stdout


def listed(city):
    return {agency["code"]: agency for agency in json.loads(command(city, "list", "--json"))["agencies"]}


def test_the_list_says_who_has_a_client_and_when_each_last_delivered(city, tmp_path):
    before = listed(city)
    assert {code: agency["zh"] for code, agency in before.items()} == {c: a.zh for c, a in agencies().items()}
    assert sum(agency["datasets"] for agency in before.values()) == len(datasets())
    assert {agency["client"] for agency in before.values()} == {agency["last_delivery"] for agency in before.values()}
    own = tmp_path / "own"
    own.mkdir()
    (own / "gone.yaml").write_text(GONE, "utf-8")
    for code, env in (("tax", city.env), ("gone", {**city.env, "XINQIAO_CATALOGUE": str(own)})):
        xinqiao(["keys", "new", str(tmp_path / f"{code}.json")], env)
        xinqiao(["agency", "add", code, "--key", str(tmp_path / f"{code}.json.pub")], env)
    file = tmp_path / "arrears.csv"
    file.write_text(f"纳税人名称,纳税人识别号,税种,欠税余额\n某公司,{uscc(1)},增值税,5\n")
    xinqiao(["ingest", "tax_arrears", str(file)], city.env)
    after = listed(city)
    assert (after["tax"]["client"], after["drc"]["client"], after["drc"]["last_delivery"]) == ("active", None, None)
    assert after["tax"]["last_delivery"].startswith("20")
    assert after["gone"] == {
        "code": "gone", "zh": "目录中没有此部门", "en": "not in the catalogue", "kind": "", "datasets": 0,
        "client": "active", "last_delivery": None,
    }  # fmt: skip
    table = command(city, "list")
    assert ("active" in table, "gone" in table) == (True, True)


def test_an_agency_is_shown_with_its_datasets(city):
    table = "".join(command(city, "show", "tax").split())  # long names are folded
    assert agencies()["tax"].en.replace(" ", "") in table
    assert ("penalty_tax" in table, "tax_arrears" in table) == (True, True)
    shown = json.loads(command(city, "show", "tax", "--json"))
    assert {one["dataset"] for one in shown["datasets"]} == {n for n, one in datasets().items() if one.agency == "tax"}


def test_a_dataset_is_shown_with_fields_units_key_and_mappings(city):
    table = command(city, "show", "tax_arrears")
    for word in ("欠税余额", "money", "元", "party, tax_type", "sole_trader", "open-data", "version 1", "欠税金额(元)"):
        assert word in table, word
    shown = json.loads(command(city, "show", "tax_arrears", "--json"))
    assert list(shown["fields"]) == list(datasets()["tax_arrears"].fields)
    assert shown["mappings"][0]["fields"]["balance"]["from"] == ["欠税金额", "欠税金额(元)"]


def test_what_is_neither_is_told_so(city):
    refused = xinqiao(["agency", "show", "nobody"], city.env, check=False)
    assert (refused.returncode, "xinqiao agency list" in refused.stderr) == (1, True)


def test_schema_and_export_are_printed_as_they_are_served(city):
    assert json.loads(command(city, "schema")) == catalogue_schema()
    assert json.loads(command(city, "dcat")) == dcat_document(get_catalogue(), city.issuer)
