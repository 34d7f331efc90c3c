"""The catalogue's JSON Schema, judged by an independent validator: it accepts and refuses as reading does."""

import jsonschema
import msgspec
import pytest
import yaml

from connectors.catalogue.files_check import SHIPPED
from connectors.model.descriptions import DESCRIPTIONS
from connectors.model.schema import catalogue_schema
from tests.connectors.catalogue.test_catalogue_files import PARKS

SHIPPED_FILES = sorted(path.name for path in SHIPPED.iterdir() if path.name.endswith(".yaml"))


@pytest.fixture(scope="module")
def validator():
    schema = catalogue_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", SHIPPED_FILES)
def test_every_shipped_file_is_valid(validator, name):
    validator.validate(yaml.safe_load((SHIPPED / name).read_text("utf-8")))


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("zh: 处罚, ", ""),
        ("category: admin_penalty", "categories: admin_penalty"),
        ("key: [doc_no]", "key: doc_no"),
        ("required: true", "required: perhaps"),
        ("doc_no: {zh", "Doc-No: {zh"),
        ("{from: [编号]}", "{form: [编号]}"),
        ("{from: [编号]}", "{from: [编号], codes_where: [{column: 甲, codes: {}}]}"),
        ("{id: old,", "{id: old, header: some,"),
        ("code: parks", "code: 园林"),
        ("category: admin_penalty", "category: admin_penalty\n    agency: parks"),
        ("agency: ", "bureau: "),
        ("datasets:", "more: 1\ndatasets:"),
    ],
)
def test_what_is_refused_when_read_is_wrong_in_an_editor(validator, said, instead):
    validator.validate(yaml.safe_load(PARKS))
    assert said in PARKS
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(yaml.safe_load(PARKS.replace(said, instead)))


def test_every_member_is_described_and_none_that_is_not_there(validator):
    for kind, members in DESCRIPTIONS.items():
        named = {field.encode_name for field in msgspec.structs.fields(kind)}
        assert set(members) == named - ({"dataset", "agency"} if kind.__name__ == "Dataset" else set()), kind
        described = validator.schema["$defs"][kind.__name__]["properties"]
        assert all(member["description"] for member in described.values()), kind
    assert {kind.__name__ for kind in DESCRIPTIONS} == set(validator.schema["$defs"])
