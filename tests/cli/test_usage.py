"""How a command was typed wrongly is told in one line of both languages, with where to read how it is typed."""

import re

import pytest

from tests.processes import xinqiao

WRONG = {
    "acount list": "没有命令 there is no command acount，是否为 was account meant?；用法见 see xinqiao --help",
    "account lst": "没有命令 there is no command lst，是否为 was list meant?",
    "account resume x": "缺少 missing: --reason（原因 Why, for the log.）；用法见 see xinqiao account resume --help",
    "account add": "缺少 missing: CLIENT_ID",
    "account list --limi 3": "没有选项 there is no option --limi，是否为 was --limit meant?",
    "signatory key-retire li -7a6TdJw --yes": "以 - 开头的编号写在 -- 之后 an id that begins with - comes after --",
    "account list extra": "多余的内容 this is too much: extra",
    "account list --json=3": "--json: 不带值 it takes no value",
    "inquiry list --limit": "--limit: 要有一个值 it takes a value",
    "inquiry list --limit 0": "--limit: 值不对 this value is wrong（1<=x<=",
    "institution add b --name x --class shop": "class: 须为其中之一 must be one of: bank, guarantee",
    "audit who X --since yesterday": "--since: 值不对 this value is wrong（自某日 YYYY-MM-DD",
    "inquiry show abc": "INQUIRY_ID: 值不对 this value is wrong",
    "agency check nofile.csv tax_arrears": "FILE: 没有文件 there is no file nofile.csv；用法见",
    "agency check . tax_arrears": "FILE: 这是文件夹，不是文件 this is a folder and no file: .；用法见",
    "enterprise show abc": "CONSENT: 值不对 this value is wrong（授权编号 The consent's id.）",
    "agency held show abc": "HELD_ID: 值不对 this value is wrong",
    "agency template tax_arrears --output x.csv": "--output: 文件名须以 .xlsx 结尾",
}
LIBRARY = re.compile(r"No such|Missing|Invalid value|Got unexpected|Error:|Usage:|requires an|does not take")


@pytest.mark.parametrize("command", WRONG)
def test_a_command_typed_wrongly_is_told_in_one_line(command, tmp_path):
    refused = xinqiao(command.split(), {"XINQIAO_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}, check=False)
    assert refused.returncode in {1, 2}
    assert WRONG[command] in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert LIBRARY.search(refused.stderr) is None
