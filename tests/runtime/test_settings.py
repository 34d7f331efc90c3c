"""Every setting with a wrong value is told in one line: the variable, what is right, and no secret; all at once."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.runtime.errors import SettingsError
from gateway.runtime.settings import Settings, load_settings
from gateway.runtime.settings_faults import ELSEWHERE, GONE
from tests.processes import environment, xinqiao

ROOT = Path(__file__).parents[2]

SECRET = "do-not-show-7f3a"
# Wrong values of what is no number; a number is no "abc", and has bounds of its own.
WRONG = {
    "city": "城" * 41, "jurisdiction": "3303",
    "role": "bank", "instance": "Gateway 1", "issuer": "https://x/path", "log_level": "LOUD",
    "database_url": f"mysql://u:{SECRET}@h/d", "database_owner_url": SECRET, "database_sequencer_url": f"://{SECRET}",
    "kek": SECRET, "dpop_nonce": "perhaps", "share_credentials": "perhaps",
    "trusted_proxies": '["10.0.0.0/99"]', "oidc_issuer": "https://x/",
    "spark_memory": "2 GB", "spark_work": "gs://bucket/x",
    "column_store": "gs://bucket/x", "column_store_endpoint": "store:9000", "syslog_address": "tcp://x",
    "webhook_networks": '["10.0.0.0/99"]', "otlp_endpoint": "localhost:4317",
}  # fmt: skip
# Texts and places: any is sound here, and what cannot be reached or read is told where it is used.
ANY = {
    "home", "origin", "host", "metrics_host", "head_store", "challenger_card", "oidc_client_id", "oidc_client_secret",
    "syslog_ca", "syslog_certificate", "syslog_key", "psi_python", "spark_submit", "spark_master", "webhook_ca",
    "column_store_region", "column_store_key_id", "column_store_secret",
}  # fmt: skip
FIELDS = Settings.model_fields
NUMBERS = [name for name, field in FIELDS.items() if field.annotation in {int, float}]


def faults(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(f"XINQIAO_{name.upper()}", value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    return str(told.value).splitlines()


def test_every_setting_is_tried():
    assert {*WRONG, *ANY, *NUMBERS} == set(FIELDS)


@pytest.mark.parametrize("name", [*WRONG, *NUMBERS])
def test_a_wrong_value_is_one_line_that_names_the_variable_and_what_is_right(name, monkeypatch):
    (line,) = faults(monkeypatch, **{name: WRONG.get(name, "abc")})
    variable, said = line.split(": 应为 must be: ")
    assert variable == f"XINQIAO_{name.upper()}"
    assert len(said) > 3
    assert SECRET not in line
    secret = FIELDS[name].annotation == SecretStr | None
    assert ("it is: " in line) is not secret


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_out_of_its_bounds_is_told_with_them(name, monkeypatch):
    bounds = [
        (sign, getattr(part, sign))
        for part in FIELDS[name].metadata
        for sign in ("ge", "gt", "le", "lt")
        if hasattr(part, sign)
    ]
    assert bounds, "a number has a bound"
    sign, bound = bounds[0]
    outside = bound - 1 if sign == "ge" else bound if sign in {"gt", "lt"} else bound + 1
    (line,) = faults(monkeypatch, **{name: str(outside)})
    assert str(bound) in line


@pytest.mark.parametrize(
    ("typed", "meant"), [("XINQIAO_PROT", "XINQIAO_PORT"), ("XINQIAO_ISUER", "XINQIAO_ISSUER"), ("XINQIAO_Q_Z", "")]
)
def test_a_name_that_is_no_setting_is_told_with_the_nearest_one(typed, meant, monkeypatch):
    (line,) = faults(monkeypatch, **{typed.removeprefix("XINQIAO_"): "1"})
    assert line.startswith(f"{typed}: 没有此设置 no such setting")
    assert ("was it" in line, meant in line) == (bool(meant), True)


def test_all_that_is_wrong_is_told_at_once_and_a_command_ends_with_2(monkeypatch, tmp_path):
    wrong = {**WRONG, "prot": "1", "port": "-1"}
    assert len(faults(monkeypatch, **wrong)) == len(wrong)
    names = {f"XINQIAO_{name.upper()}": value for name, value in wrong.items()}
    home = tmp_path / "none"
    for command in (["account", "list"], ["init"], ["serve"], ["migrate"]):
        done = xinqiao(command, {**environment(home, None, "http://127.0.0.1:1"), **names}, check=False)
        assert (done.returncode, len(done.stderr.splitlines()), SECRET in done.stderr) == (2, len(wrong), False)
    assert not home.exists()


def test_every_variable_that_the_program_and_its_pages_name_is_known():
    known = {f"XINQIAO_{name.upper()}" for name in FIELDS} | {f"XINQIAO_{name}" for name in (*ELSEWHERE, *GONE)}
    pages = [ROOT / ".env.example", ROOT / "compose.yaml", ROOT / "Dockerfile", *(ROOT / "docs").glob("*.md")]
    files = [*pages, *(path for folder in ("gateway", "connectors") for path in (ROOT / folder).rglob("*.py"))]
    named = {name for path in files for name in re.findall(r"XINQIAO_[A-Z_]*[A-Z]", path.read_text("utf-8"))}
    assert len(named) > 40
    assert named - known == set()


def test_empty_variables_and_those_of_the_other_spelling_are_sound(monkeypatch):
    monkeypatch.setenv("XINQIAO_PORT", "")
    monkeypatch.setenv("DATABASE_URL", "postgres://u@h/d")
    monkeypatch.setenv("XINQIAO_TRUSTED_PROXIES", '["10.0.0.0/8"]')
    settings = load_settings()
    assert settings.port == 8000
    assert [str(one) for one in settings.trusted_proxies] == ["10.0.0.0/8"]


@pytest.mark.parametrize(
    ("given", "issuer", "origin"),
    [
        ({}, "http://127.0.0.1:8000", "127.0.0.1:8000/audit"),
        ({"XINQIAO_PORT": "9001"}, "http://127.0.0.1:9001", "127.0.0.1:9001/audit"),
        ({"XINQIAO_PORT": "0"}, "http://127.0.0.1:8000", "127.0.0.1:8000/audit"),
        ({"XINQIAO_PORT": "9001", "XINQIAO_ISSUER": "https://a.example"}, "https://a.example", "a.example/audit"),
        ({"XINQIAO_PORT": "9001", "XINQIAO_ORIGIN": "city/audit"}, "http://127.0.0.1:9001", "city/audit"),
    ],
)
def test_the_address_follows_the_port_where_none_is_set(monkeypatch, given, issuer, origin):
    for name in ("XINQIAO_PORT", "XINQIAO_ISSUER", "XINQIAO_ORIGIN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.issuer, settings.log_origin) == (issuer, origin)
