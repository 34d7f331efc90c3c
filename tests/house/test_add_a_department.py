"""docs/add-a-department.md, done as it stands: its file, its commands and its mistakes, on a real service."""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws
from signing.keys import private_bytes
from tests.processes import xinqiao
from tests.town import instance

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-a-department.md").read_text("utf-8")
SUBJECT = "91330302MA0047120W"


def files():
    """Return what the page writes: the name stands in the paragraph before the block."""
    return dict(re.findall(r"`([\w/]+\.(?:yaml|csv))`[^`]*\n\n```(?:yaml|csv)\n(.*?)```", PAGE, re.DOTALL))


COMMANDS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
MISTAKES = re.findall(r"^\| `(.+?)` \| `(rail_transit\.yaml:.+?)` \|$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def city(socket_folder, tmp_path_factory):
    """A running city whose own folder is empty, and a bank that knows nothing of rail."""
    folder = tmp_path_factory.mktemp("department")
    (folder / "city").mkdir()
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / ".venv").symlink_to(sys.prefix)
    with instance(socket_folder, folder, "gateway", XINQIAO_CATALOGUE=str(folder / "city")) as made:
        yield made, folder


def run(city, block, *, check=True):
    """Run a block of the page as it stands, but for the address of the service."""
    made, folder = city
    env = {**made.env, "PATH": f"{Path(sys.executable).parent}:{made.env['PATH']}"}
    script = block.replace("http://127.0.0.1:8000", made.issuer)
    done = subprocess.run(
        ["bash", "-e", "-c", script], env=env, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write(city):
    for name, text in files().items():
        (city[1] / name).write_text(text, "utf-8")


def enrol_bank(made, folder):
    """Do what README says of banks: an account with quota and the enterprise's consent."""
    made.cli("institution", "add", "bank", "--name", "某某银行")
    made.add("account", "bank-1", "--institution", "bank")
    for scope, holder in (("account", "bank-1"), ("institution", "bank")):
        made.cli("quota", "set", holder, "--scope", scope, "--day", "10", "--month", "100")
    made.add("signatory", "s-1", "--subject", SUBJECT)
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    terms = {"subject": SUBJECT, "products": ["score"], "purpose": "pre_loan", "valid_until": until}
    consent = made.post("bank-1", "/v1/consents", terms).json()
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    approval = {"approval": sign_jws(claims, made.keys["s-1"], APPROVAL_TYPE)}
    assert made.post("s-1", f"/v1/consents/{consent['consent']}/approve", approval).status_code == 200
    members = json.loads(private_bytes(made.keys["bank-1"]))
    (folder / "bank.json").write_text(json.dumps({name: members[name] for name in ("kty", "crv", "x", "y", "d")}))


@pytest.mark.slow
def test_a_department_is_added_as_the_page_says(city):
    made, folder = city
    checking, registering, pushing, asking = COMMANDS
    with made.run("serve"):
        write(city)
        shown = run(city, checking)
        assert ("轨道交通建设中心" in shown, "违约金" in shown, "ledger" in shown) == (True, True, True)
        run(city, registering)
        early = run(city, f"{pushing.strip()} 2>&1 || true", check=False)
        assert "unknown-dataset" in early or "no dataset" in early  # what runs goes on with the catalogue it read
    with made.run("serve"):
        answer = json.loads(run(city, pushing))
        for name, value in re.findall(r'`"(accepted|rejected)": (\d+)`', PAGE):
            assert answer[name] == int(value), answer
        assert f'`"reasons": {json.dumps(answer["reasons"])}`' in PAGE
        rows = made.rows("SELECT convert_from(canonical, 'UTF8') FROM record ORDER BY business_key")
        damages = [json.loads(row)["fields"].get("damages") for (row,) in rows]
        assert sorted(damages, key=str) == ["125000", None]
        enrol_bank(made, folder)
        counted, _, answered = run(city, asking.replace("record count", "record count --json")).partition("\n")
        assert json.loads(counted)["by_dataset"] == {"rail_contractor_grade": 1}
        basis = json.loads(answered)["basis"]
        assert "rail_contractor_grade" in basis["feeds"]
        assert len(basis["records"]) == 1
        listed = made.get("bank-1", "/v1/catalogue/datasets?agency=rail_transit")["datasets"]
        assert [one["dataset"] for one in listed] == ["rail_contractor_grade"]


@pytest.mark.parametrize(("written", "told"), MISTAKES)
def test_a_mistake_of_the_page_is_refused_with_the_line_it_names(city, written, told):
    made, folder = city
    write(city)
    file = folder / "city" / "rail_transit.yaml"
    lines = file.read_text("utf-8").splitlines()
    number = int(told.split(":")[1]) - 1
    indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    assert written.split(":")[0] == lines[number].strip().split(":")[0]
    lines[number] = indent + written
    file.write_text("\n".join(lines), "utf-8")
    refused = xinqiao(["agency", "list"], made.env, check=False)
    shutil.rmtree(folder / "city")
    (folder / "city").mkdir()
    assert (refused.returncode, told in refused.stderr, "Traceback" in refused.stderr) == (1, True, False), refused


def test_the_page_holds_what_the_tests_look_for():
    assert set(files()) == {"city/rail_transit.yaml", "grades.csv"}
    assert (len(COMMANDS), len(MISTAKES)) == (4, 4)
