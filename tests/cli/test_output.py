"""What commands print: on a terminal to its width, elsewhere every thing on its own line, whole."""

import os
import subprocess
import sys

import pytest
import typer

from gateway.cli.output import keep_existing, workbook, workbook_or_csv
from tests.processes import xinqiao

LONG = "x" * 700 + "企业" * 200
SHOWN = f"from gateway.cli.output import show; show(False, {{'标识 id': '{LONG}', '数 count': 3}})"
LISTED = f"from gateway.cli.output import show; show(False, [{{'标识 id': '{LONG}', '数 count': n}} for n in (1, 2)])"


def lines(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"COLUMNS": "40"}
    )
    return done.stdout.splitlines()


def test_a_thing_in_a_pipe_is_neither_cut_nor_folded():
    first, second = lines(SHOWN)
    assert first.split() == ["标识", "id", LONG]
    assert second.split() == ["数", "count", "3"]


def test_a_list_in_a_pipe_is_neither_cut_nor_folded():
    *_, first, second = lines(LISTED)
    assert (first.split(), second.split()) == ([LONG, "1"], [LONG, "2"])


def test_no_line_in_a_pipe_is_filled_up_to_the_longest_one():
    assert [line for code in (SHOWN, LISTED) for line in lines(code) if line != line.rstrip()] == []


@pytest.mark.parametrize("name", ["out.txt", "out.xls", "out", "out.xlsx.txt", ".xlsx"])
@pytest.mark.parametrize("rule", [workbook, workbook_or_csv])
def test_a_workbook_is_called_what_it_is(tmp_path, rule, name):
    with pytest.raises(typer.BadParameter, match=r"\.xlsx"):
        rule(tmp_path / name)


def test_a_name_that_says_what_the_file_is_will_do(tmp_path):
    for rule, name in ((workbook, "a.xlsx"), (workbook, "A.XLSX"), (workbook_or_csv, "a.csv")):
        assert rule(tmp_path / name) == tmp_path / name
    assert workbook(None) is None
    with pytest.raises(typer.BadParameter, match=r"\.xlsx"):
        workbook(tmp_path / "a.csv")


def test_a_file_that_exists_is_kept_unless_force_is_given(tmp_path, capsys):
    path = tmp_path / "form.xlsx"
    keep_existing(None, force=False)
    keep_existing(path, force=False)
    path.write_bytes(b"filled in")
    keep_existing(path, force=True)
    with pytest.raises(typer.Exit):
        keep_existing(path, force=False)
    assert "--force" in capsys.readouterr().err


def test_beside_a_sandbox_a_command_without_an_instance_names_the_sandboxs_own(tmp_path):
    env = {"PATH": os.environ["PATH"], "XINQIAO_HOME": str(tmp_path)}
    assert "xinqiao init" in xinqiao(["agency", "held", "list"], env, check=False).stderr
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "sandbox.json").write_text('{"folder": "/somewhere/sandbox"}')
    told = xinqiao(["agency", "held", "list"], env, check=False)
    assert (told.returncode, "/somewhere/sandbox/xinqiao" in told.stderr, " init" in told.stderr) == (1, True, False)
