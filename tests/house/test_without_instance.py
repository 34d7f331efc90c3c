"""Where there is no instance every command that needs one says so in one line, and leaves the disk as it was."""

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from tests import database_server
from tests.cli.test_help import TREE
from tests.enterprises import uscc
from tests.processes import environment

ENTERPRISE = (
    "requests", "consents", "show", "approve", "reject", "pause", "resume", "revoke", "questions", "records", "object",
    "objections",
)  # fmt: skip
# What makes an instance or runs one, or needs none.
OTHERS = {
    "init", "migrate", "restore", "demo", "sandbox code", "sandbox reset", "sandbox samples", "serve", "worker",
    "verify", "score sheet", "score network", "provider check", "audit verify", "keys new", "source connectors",
    "agency draft", "agency check", "agency template", "agency schema", "agency dcat", "agency show", "dataset list",
    "dataset show", "openapi",
    *(f"enterprise {verb}" for verb in ENTERPRISE), "consent import",
    *(f"score {verb}" for verb in ("fit", "validate", "compare", "backtest", "to-pmml", "from-pmml")),
    "risk evaluate",
    "risk learn",
    *(f"paper {verb}" for verb in ("list", "show", "enter", "scan", "approve", "return")),
}  # fmt: skip
GIVEN = {
    "subject": uscc(1), "dataset": "tax_arrears", "scope": "institution", "period": "month", "role": "legal_rep",
    "product": "score", "form": "raw", "measure": "rate", "level": "warning",
    "kind": "rules", "until": "2999-01-31T08:00:00Z", "as_of": "2025-01-31",
}  # fmt: skip
FILES = {
    "data-view set": "view: a-view\npurpose: pre_loan\ntitle: a view\nlimit: [reg_capital]\n",
    "provider join": '{"parts": [{"provider": "embedded"}, {"provider": "xx"}], "rule": "beside"}',
}
CHOSEN = {"yes", "without_keys"}
COMMANDS = {" ".join(path): command for path, command in TREE.items() if not hasattr(command, "commands")}


def arguments(command, file):
    """Return something for each argument and option that must be given."""
    made = []
    for param in command.params:
        if param.required:
            form = param.type_descriptor.annotation.__name__
            value = {"UUID": "01a21e54-bfd6-7267-83b0-32d5723f6e21", "Path": str(file), "int": "1"}.get(
                form, GIVEN.get(param.name, "xx")
            )
            made += (
                [value]
                if param.param_type_name == "argument"
                else [param.opts[0], *([] if form == "bool" else [value])]
            )
    return [*made, *(f"--{param.name.replace('_', '-')}" for param in command.params if param.name in CHOSEN)]


def test_the_others_are_commands():
    assert set(COMMANDS) >= OTHERS


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - OTHERS))
def test_a_command_makes_no_database(name, tmp_path, monkeypatch):
    home, file = tmp_path / "home", tmp_path / "file.yaml"
    file.write_text(FILES.get(name, '{"kty": "OKP", "template": "pre-loan"}'))
    for variable, value in environment(home, None, "http://127.0.0.1:1").items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*name.split(), *arguments(COMMANDS[name], file)])
    *_, last = filter(str.strip, done.stderr.splitlines())
    assert (done.exit_code, "xinqiao init" in last and "XINQIAO_HOME" in last) == (1, True), done.output
    assert done.stdout == ""
    assert not home.exists()


def test_a_database_that_nothing_was_set_up_in_is_no_instance(socket_folder, tmp_path, monkeypatch):
    with database_server.fresh_database(socket_folder, "template1") as urls:
        for variable, value in environment(tmp_path, urls, "http://127.0.0.1:1").items():
            monkeypatch.setenv(variable, value)
        done = CliRunner().invoke(app, ["status"])
    assert (done.exit_code, "xinqiao init" in done.stderr) == (1, True)
