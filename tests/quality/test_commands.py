"""Quality on the command line and in the worker: real processes on an instance of their own."""

import csv
import json

import fastexcel
import psycopg
import pytest

from tests import database_server
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.processes import environment, free_port, running, wait_until, xinqiao


@pytest.fixture(scope="module")
def instance(socket_folder, tmp_path_factory):
    """An initialised instance's environment, and a way to look into its database."""
    home = tmp_path_factory.mktemp("instance")
    with database_server.fresh_database(socket_folder) as urls:
        env = environment(home, urls, f"http://127.0.0.1:{free_port()}")
        xinqiao(["init"], env)
        address = urls.owner.set(drivername="postgresql").render_as_string(hide_password=False)

        def sql(query):
            with psycopg.connect(address, autocommit=True) as connection:
                cursor = connection.execute(query)
                return cursor.fetchall() if cursor.description else None

        yield env, sql


def run(env, *arguments):
    return json.loads(xinqiao([*arguments, "--json"], env).stdout)


def test_a_file_is_corrected_on_the_command_line(instance, tmp_path):
    env, _ = instance
    first, back = tmp_path / "first.csv", tmp_path / "back.csv"
    first.write_text(arrears(range(5)) + arrears(range(10, 13), amount="若干").split("\n", 1)[1])
    told = run(env, "ingest", "tax_arrears", str(first), "--rejected", str(back))
    assert (told["accepted"], told["rejected"], told["corrected"]) == (5, 3, 0)
    with back.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    for row in table[1:3]:
        row[table[0].index("欠税金额")] = "7"
    with back.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)
    second = run(env, "ingest", "tax_arrears", str(back), "--corrects", told["batch"])
    assert (second["accepted"], second["rejected"], second["corrects"]) == (2, 1, told["batch"])
    assert run(env, "ingest", "tax_arrears", str(first))["corrected"] == 2
    back.write_bytes(back.read_bytes() + b"\r\n")  # other bytes: the same would be the same batch
    refused = xinqiao(["ingest", "tax_arrears", str(back)], env, check=False)
    assert (refused.returncode, "Corrects" in refused.stderr) == (1, True)


def test_what_a_file_is_read_by_is_said_not_to_be_used_where_the_file_was_taken_in_before(instance, tmp_path):
    env, sql = instance
    file, nowhere = tmp_path / "once.csv", tmp_path / "none" / "out.csv"
    file.write_text(arrears([30]))
    batches = sql("SELECT count(*) FROM batch")
    refused = xinqiao(["ingest", "tax_arrears", str(file), "--rejected", str(nowhere)], env, check=False)
    assert (refused.returncode, "there is no folder" in refused.stderr) == (2, True)
    assert sql("SELECT count(*) FROM batch") == batches
    told = run(env, "ingest", "tax_arrears", str(file))
    again = xinqiao(["ingest", "tax_arrears", str(file)], env)
    assert "--batch" not in again.stderr
    again = xinqiao(["ingest", "tax_arrears", str(file), "--corrects", told["batch"]], env)
    assert "neither mapping nor corrected batch was used" in again.stderr


def test_a_changed_file_is_held_alerted_accepted_and_scored_on_the_command_line(instance, tmp_path):
    env, sql = instance
    known, changed = tmp_path / "known.csv", tmp_path / "changed.csv"
    known.write_text(arrears([20]))
    run(env, "ingest", "tax_arrears", str(known))
    changed.write_text(arrears([21], f"{HEADER},联系人").replace(",增值税", ",增值税,1"))
    checked = xinqiao(["agency", "check", str(changed), "tax_arrears"], env, check=False)
    assert (checked.returncode, checked.stderr.count("联系人"), "失败" in checked.stderr) == (3, 1, False)
    assert "会暂存" in checked.stderr
    held = xinqiao(["ingest", "tax_arrears", str(changed)], env, check=False)
    assert (held.returncode, held.stderr.count("联系人"), "Traceback" in held.stderr) == (3, 1, False)
    assert ("失败" in held.stderr, "已暂存" in held.stderr) == (False, True)
    again = xinqiao(["ingest", "tax_arrears", str(changed), "--json"], env, check=False)
    told = json.loads(again.stdout)
    assert (again.returncode, told["reason"], told["findings"][0]["column"]) == (3, "delivery-held", "联系人")
    assert ("failed" in told, told["state"]) == (False, "waiting")
    (row,) = run(env, "agency", "held", "list")["held"]
    assert row["findings"][0]["kind"] == "column_new"
    told = run(env, "agency", "held", "show", row["held"])
    assert (told["findings"], told["lost"][0]["values"], len(told["first_rows"])) == (row["findings"], 1, 1)
    shown = xinqiao(["agency", "held", "show", row["held"]], env).stdout
    for said in (row["findings"][0]["zh"], f"agency held accept {row['held']}", told["first_rows"][0]["code"]):
        assert said in shown
    with running(["worker"], env), running(["worker"], env):
        wait_until(lambda: sql("SELECT kind FROM alert WHERE closed_at IS NULL") == [("drift",)], "the alert")
    assert "tax/tax_arrears drift" in xinqiao(["status"], env, check=False).stdout
    assert run(env, "agency", "held", "accept", row["held"])["rows"] == 1
    again = xinqiao(["agency", "held", "discard", row["held"], "--yes"], env, check=False)
    assert (again.returncode, "已处理" in again.stderr) == (1, True)
    assert run(env, "agency", "held", "list")["held"] == []
    assert "accepted" in xinqiao(["agency", "held", "list", "--all"], env).stdout
    with running(["worker"], env):
        wait_until(lambda: sql("SELECT count(*) FROM alert WHERE closed_at IS NULL") == [(0,)], "the alert's end")
    (scored,) = run(env, "agency", "quality", "tax")["agencies"]
    feed = next(feed for feed in scored["datasets"] if feed["dataset"] == "tax_arrears")
    assert (feed["drifts"], feed["held"], feed["silent"]) == (1, 0, False)
    assert "无法计算" in xinqiao(["agency", "quality"], env).stdout
    assert "penalty_tax" in xinqiao(["agency", "quality", "tax"], env).stdout
    unknown = xinqiao(["agency", "quality", "nobody"], env, check=False)
    assert (unknown.returncode, "nobody" in unknown.stderr) == (1, True)


LEDGER = """
- id: ledger
  party: {name: [户名], codes: [码]}
  fields:
    cf_xdr_mc: {from: [户名]}
    cf_wsh: {from: [字, 号], join: "-"}
    cf_cflb: {value: 罚款}
    cf_nr_fk: {from: [号的右列], unit: 元}
    cf_jdrq: {from: [日]}
    cf_cfjg: {value: 某局}
"""


def test_a_mapping_makes_the_same_of_a_file_whether_it_is_checked_or_taken_in(instance, tmp_path):
    env, sql = instance
    file, mapping, wrong = tmp_path / "ledger.csv", tmp_path / "ledger.yaml", tmp_path / "wrong.yaml"
    rows = "".join(f"账上{n}号有限公司,{uscc(n)},罚,{n},5000,2024-03-01,张三\n" for n in range(1, 4))
    file.write_text(f"户名,码,字,号,,日,去向\n{rows}户名不详,9.1E+17,罚,9,1,2024-03-01,\n", "utf-8")
    mapping.write_text(LEDGER, "utf-8")
    checked = run(env, "agency", "check", str(file), "penalty_general", "--mapping", str(mapping))
    taken = run(env, "ingest", "penalty_general", str(file), "--mapping", str(mapping))
    counts = ("rows", "accepted", "unresolved", "natural_persons", "rejected", "reasons", "unread_columns")
    assert {name: checked[name] for name in counts} == {name: taken[name] for name in counts}
    assert (taken["accepted"], taken["rejected"], taken["unread_columns"][0]["column"]) == (3, 1, "去向")
    (said,) = sql("SELECT convert_from(canonical, 'UTF8') FROM record WHERE dataset = 'penalty_general' LIMIT 1")
    assert '"cf_nr_fk":"0.5"' in said[0]
    shown = xinqiao(["agency", "check", str(file), "penalty_general", "--mapping", str(mapping)], env).stdout
    assert "未读 unread: 没有读列“去向”，其中 3 个值不入库" in shown
    wrong.write_text(LEDGER.replace("value: 罚款", "value: 罚款, from: [号]"), "utf-8")
    refused = xinqiao(["ingest", "penalty_general", str(file), "--mapping", str(wrong)], env, check=False)
    assert (refused.returncode, "wrong.yaml:7" in refused.stderr) == (1, True), refused.stderr
    assert "缺少列" in xinqiao(["ingest", "penalty_general", str(file), "--batch", "x"], env, check=False).stderr


def test_what_was_refused_is_told_by_reason_with_rows_as_in_the_file_and_without_persons(instance, tmp_path):
    env, _ = instance
    file, back = tmp_path / "refused rows.csv", tmp_path / "refused.xlsx"
    good = arrears(range(40, 43)).split("\n", 1)[1]
    amounts = "".join(f"赵某某店,{uscc(n)},某路,{said},增值税\n" for n, said in ((44, "若干"), (45, "无数")))
    wrong = f"某乙公司,{uscc(47)[:-1]}{'0' if uscc(47)[-1] != '0' else '1'},某路,1,增值税\n"
    spoilt = "某甲公司,9.13303E+17,某路,1,增值税\n,,,,\n"
    file.write_text(
        f"欠税公告,,,,\n{HEADER}\n{good}{spoilt}{amounts}{wrong}"
    )  # a title above, and a blank row among the others
    shown = xinqiao(["ingest", "tax_arrears", str(file)], env).stdout
    amounts = next(line for line in shown.splitlines() if "money_unreadable" in line)
    assert amounts.startswith("问题数据 rejected: 不是金额")
    assert amounts.endswith("（money_unreadable）: 2，行 rows 8、9")
    assert "例 example: 行 row 8，列 column 欠税金额: 若干" in shown
    codes = [line for line in shown.splitlines() if "identifier_unreadable" in line]
    assert [line.rpartition("行 rows ")[2] for line in codes] == ["6", "10"]
    assert "赵某某店" not in shown
    again = f"xinqiao ingest tax_arrears '{file}' --rejected refused.xlsx"
    assert again in shown
    told = run(env, "ingest", "tax_arrears", str(file))
    assert told["reasons"] == {"identifier_unreadable": 2, "money_unreadable": 2}
    said = {tuple(refusal["rows"]): (refusal["count"], refusal["words"]) for refusal in told["refusals"]}
    assert {rows: count for rows, (count, _) in said.items()} == {(8, 9): 2, (6,): 1, (10,): 1}
    assert ("科学计数法" in said[6,][1], "校验码不符" in said[10,][1]) == (True, True)  # a sentence of its own each
    written = xinqiao(["ingest", "tax_arrears", str(file), "--rejected", str(back)], env).stdout
    assert f"--corrects {told['batch']}" in written
    rows = fastexcel.read_excel(back).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    assert [row[0] for row in rows[1:]] == ["6", "8", "9", "10"]  # the same numbers as were told


def test_an_example_that_may_be_personal_is_not_shown(instance, tmp_path):
    env, _ = instance
    file = tmp_path / "persons.csv"
    file.write_text(f"{HEADER}\n#N/A,{uscc(46)},某路,1,增值税\n")
    shown = xinqiao(["ingest", "tax_arrears", str(file)], env).stdout
    assert "列 column 企业或单位名称: （空或已隐去 empty or hidden）" in shown
