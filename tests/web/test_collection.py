"""The Postman collection: what the published schema v2.1.0 requires, and every operation with its example."""

import json
import re

from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.service.collection import SCHEMA, collection_of
from tests.documented import document

COLLECTION = collection_of(document())
ITEMS = [item for folder in COLLECTION["item"] for item in folder["item"]]


def operation_of(item):
    """The operation that a request is of: its path parameters stand behind colons."""
    path = "/" + "/".join(re.sub(r"^:(\w+)", r"{\1}", step) for step in item["request"]["url"]["path"])
    return document()["paths"][path][item["request"]["method"].lower()]


def test_it_has_what_the_schema_requires():
    assert COLLECTION["info"]["schema"] == SCHEMA
    assert isinstance(COLLECTION["info"]["name"], str)
    assert {"service", "client_id", "token", "proof"} == {one["key"] for one in COLLECTION["variable"]}
    for folder in COLLECTION["item"]:
        assert (isinstance(folder["name"], str), bool(folder["item"]), "request" in folder) == (True, True, False)
    for item in ITEMS:
        request = item["request"]
        assert (isinstance(item["name"], str), isinstance(request["url"]["raw"], str)) == (True, True)
        assert all({"key", "value"} <= header.keys() for header in request["header"])
        assert all({"key", "value"} <= one.keys() for one in request["url"]["query"] + request["url"]["variable"])
        assert request.get("body", {"mode": "raw"})["mode"] in {"raw", "urlencoded", "file"}
        for answer in item["response"]:
            assert {"name", "originalRequest", "code", "status", "header", "body"} == answer.keys()
            assert isinstance(answer["code"], int)


def test_every_operation_is_in_the_folder_of_its_tag_once():
    methods = [operation for path in document()["paths"].values() for operation in path.values()]
    assert (
        len(ITEMS) == len(methods) == len({item["request"]["method"] + item["request"]["url"]["raw"] for item in ITEMS})
    )
    for folder in COLLECTION["item"]:
        assert {operation_of(item)["tags"][0] for item in folder["item"]} == {folder["name"]}


def test_every_placeholder_is_a_variable_or_a_parameter():
    text = json.dumps(ITEMS)
    assert set(re.findall(r"{{(.+?)}}", text)) == {"service", "token", "proof", "$guid"}
    for item in ITEMS:
        named = {step[1:] for step in item["request"]["url"]["path"] if step.startswith(":")}
        assert named == {one["key"] for one in item["request"]["url"]["variable"]}


def test_bodies_are_the_examples_and_a_caller_that_is_known_sends_token_and_proof():
    for item in ITEMS:
        operation, body = operation_of(item), item["request"].get("body")
        content = operation.get("requestBody", {}).get("content", {})
        assert bool(content) == (body is not None), item["name"]
        if "application/json" in content:
            assert json.loads(body["raw"]) == content["application/json"]["example"]
        sent = {header["key"]: header["value"] for header in item["request"]["header"]}
        known = {"Authorization": "DPoP {{token}}", "DPoP": "{{proof}}"}
        assert (known.items() <= sent.items()) == bool(operation["security"]), item["name"]


def test_the_command_writes_both_and_needs_no_database(tmp_path, monkeypatch):
    monkeypatch.setenv("XINQIAO_HOME", str(tmp_path / "none"))
    for arguments, told in (([], document()), (["--collection"], COLLECTION)):
        file = tmp_path / "told.json"
        said = CliRunner().invoke(app, ["openapi", str(file), *arguments, "--json"])
        assert said.exit_code == 0, said.output
        written = json.loads(file.read_text("utf-8"))
        assert written.keys() == told.keys()
        assert json.loads(said.output)["operations"] == len(ITEMS)
    assert not (tmp_path / "none").exists()
