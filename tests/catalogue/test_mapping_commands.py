"""`xinqiao agency draft` and `check`, run as a person runs them: no instance, no database, nothing stored."""

import json
import os

import fastexcel
import pytest

from tests.agencies import workbook
from tests.enterprises import citizen, uscc
from tests.processes import xinqiao

HEADER = "单位：万元,,,\n纳税人,纳税识别号,欠缴税额,欠税税种\n"
ROWS = "".join(f"温州甲{n}有限公司,{uscc(n)},{n}.5,增值税\n" for n in range(1, 21))
BAD = f"温州乙有限公司,9.13303E+17,1,增值税\n温州丙有限公司,{uscc(9)},很多{citizen(3)},增值税\n"


@pytest.fixture
def run(tmp_path):
    env = {"PATH": os.environ["PATH"], "XINQIAO_HOME": str(tmp_path / "home"), "COLUMNS": "200"}

    def command(*arguments):
        done = xinqiao(["agency", *map(str, arguments)], env, check=False)
        assert not (tmp_path / "home").exists()
        return done

    return command


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "欠税公告.csv"
    path.write_bytes((HEADER + ROWS + BAD).encode("gb18030"))
    return path


def test_a_draft_is_written_tried_and_then_checked(run, tmp_path, file):
    snippet, refused = tmp_path / "mapping.yaml", tmp_path / "refused.xlsx"
    told = run("draft", file, "--output", snippet)
    assert told.returncode == 0, told.stderr
    assert "tax_arrears" in told.stdout
    assert "unit: 万元" in snippet.read_text("utf-8")
    checked = run("check", file, "tax_arrears", "--mapping", snippet, "--rejected", refused, "--json")
    document = json.loads(checked.stdout)
    assert (document["rows"], document["accepted"], document["rejected"]) == (22, 20, 2)
    assert document["reasons"] == {"identifier_unreadable": 1, "money_unreadable": 1}
    assert citizen(3) not in checked.stdout
    rows = fastexcel.read_excel(refused).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    assert [row[0] for row in rows] == ["行号 row · 试报 trial", "23", "24"]
    assert citizen(3) not in str(rows)
    assert (document["would_be_held"], document["findings"]) == (None, [])
    shown = run("check", file, "tax_arrears", "--mapping", snippet)
    assert "未与以往提交比较" in shown.stdout
    for said in ("接受 accepted", "identifier_unreadable", "9.13303E+17", "100.0%"):
        assert said in shown.stdout


def test_the_refused_rows_of_a_trial_are_corrected_and_tried_as_a_file_of_their_own(run, tmp_path):
    file, refused = tmp_path / "arrears.csv", tmp_path / "refused.xlsx"
    head = "纳税人名称,纳税人识别号,税种,欠税余额"
    file.write_text(f"{head}\n甲,9.1E+17,增值税,5\n乙,{uscc(2)},增值税,很多\n丙,{uscc(3)},增值税,1,2\n", "utf-8")
    told = run("check", file, "tax_arrears", "--rejected", refused).stdout
    for said in ("当作普通文件提交", "每一行都会被退回", "batches:check"):
        assert said in told
    rows = fastexcel.read_excel(refused).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    table = [["" if cell is None else cell for cell in row] for row in rows]
    assert table[0][5:] == [*head.split(","), "第5列"]
    assert json.loads(run("check", refused, "tax_arrears", "--json").stdout)["rejected"] == 3  # as it is: not mended
    for row, name, cell in ((1, 6, uscc(1)), (2, 8, "7"), (3, 9, "")):
        table[row][name] = cell
    refused.write_bytes(workbook(table, formulas=False))
    again = json.loads(run("check", refused, "tax_arrears", "--json").stdout)
    assert (again["rows"], again["accepted"], again["unused_columns"]) == (3, 3, [])


def test_where_no_field_is_missing_no_draft_says_what_to_do_about_missing_ones(run, tmp_path):
    file = tmp_path / "arrears.csv"
    file.write_text(f"纳税人名称,纳税人识别号,税种,税种,欠税余额\n甲公司,{uscc(1)},增值税,消费税,5\n", "utf-8")
    told = run("draft", file, "--dataset", "tax_arrears").stdout
    assert ("整个文件会被拒收" in told, "都叫“税种”" in told, "缺少的字段" in told) == (True, True, False)


def test_a_draft_for_scripts_holds_snippet_doubts_and_trial(run, file):
    document = json.loads(run("draft", file, "--json").stdout)
    assert document["dataset"] == "tax_arrears"
    assert document["fields"]["balance"]["column"] == "欠缴税额"
    assert document["trial"]["accepted"] == 20
    assert document["lacking"] == []


def test_what_cannot_be_guessed_or_read_ends_the_command_with_the_reason(run, tmp_path, file):
    other = tmp_path / "weather.csv"
    other.write_text("日期,气温\n2024-01-01,5\n", "utf-8")
    guess = run("draft", other)
    assert (guess.returncode, "--dataset" in guess.stderr) == (1, True)
    assert "缺少列" in run("check", other, "tax_arrears").stderr
    assert "nothing" in run("check", file, "nothing").stderr
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("- id: x\n  fields:\n    nothing: {}\n", "utf-8")
    assert "wrong.yaml:3" in run("check", file, "tax_arrears", "--mapping", wrong).stderr
    whole = run("draft", other, "--dataset", "tax_arrears")
    assert whole.returncode == 0
    assert "整个文件会被拒收" in whole.stdout
    assert "没有列的必填字段" in whole.stdout


def test_a_draft_that_reads_nothing_yet_says_what_to_do_and_not_to_draft_again(run, tmp_path):
    file, snippet = tmp_path / "处罚.csv", tmp_path / "mapping.yaml"
    rows = "".join(f"{uscc(n)},温州甲{n}有限公司,2024-03-{n:02d}\n" for n in range(1, 9))
    file.write_text(f"A,B,C\n{rows}", "utf-8")
    again = f"xinqiao agency check {file} penalty_general --mapping"
    told = run("draft", file, "--dataset", "penalty_general")
    assert "--output mapping.yaml" in told.stdout
    kept = run("draft", file, "--dataset", "penalty_general", "--output", snippet)
    assert f"{again} {snippet}" in kept.stdout
    assert "cf_wsh" in kept.stdout.splitlines()[-3]
    checked = run("check", file, "penalty_general", "--mapping", snippet)
    assert (checked.returncode, f"{again} {snippet}" in checked.stderr) == (1, True)
    for said in (told.stdout, kept.stdout, checked.stderr):
        assert "agency draft" not in said
    assert "agency draft" in run("check", file, "penalty_general").stderr  # where nothing was drafted yet


@pytest.mark.parametrize(
    "command",
    [
        ("draft", "FILE", "--output"),
        ("check", "FILE", "tax_arrears", "--rejected"),
        ("template", "tax_arrears", "--output"),
    ],
    ids=lambda command: command[0],
)
def test_a_folder_that_is_not_there_is_told_before_anything_is_done(run, tmp_path, file, command):
    done = run(*(str(file) if word == "FILE" else word for word in command), tmp_path / "none" / "out.xlsx")
    assert done.returncode == 2
    assert "没有文件夹 there is no folder" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [("check", "FILE", "tax_arrears", "--rejected"), ("template", "tax_arrears", "--output")],
    ids=lambda command: command[0],
)
def test_a_workbook_is_written_under_a_name_that_says_so(run, tmp_path, file, command):
    out = tmp_path / "out.csv"
    done = run(*(str(file) if word == "FILE" else word for word in command), out)
    assert (done.returncode, ".xlsx" in done.stderr, out.exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("draft", "FILE", "--output"), "mapping.yaml"),
        (("check", "FILE", "tax_arrears", "--rejected"), "refused.xlsx"),
        (("template", "tax_arrears", "--output"), "form.xlsx"),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else part,
)
def test_a_file_that_is_there_is_not_written_over(run, tmp_path, file, command, name):
    out = tmp_path / name
    out.write_text("edited", "utf-8")
    done = run(*(str(file) if word == "FILE" else word for word in command), out)
    assert (done.returncode, "--force" in done.stderr, done.stderr.count("\n")) == (1, True, 1)
    assert out.read_text("utf-8") == "edited"
