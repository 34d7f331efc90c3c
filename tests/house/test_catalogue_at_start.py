"""The catalogue is checked when a process starts: a wrong one stops it with file and line, and nothing else."""

import json

import pytest

from tests.processes import xinqiao
from tests.town import instance

OWN = """\
agency: {code: parks, zh: 园林局, en: Parks}
datasets:
  park_penalty:
    title: {zh: 园林处罚, en: Park penalties}
    category: admin_penalty
    key: [doc_no]
    fields:
      doc_no: {zh: 文号, required: true}
"""


@pytest.fixture(scope="module")
def city(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("city")
    own = folder / "catalogue"
    own.mkdir()
    with instance(socket_folder, folder, "gateway", XINQIAO_CATALOGUE=str(own)) as made:
        yield made, own / "parks.yaml"


COMMANDS = ["serve", "worker", "status", "agency list", "ingest tax_arrears /dev/null", "record count 91330302"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_catalogue_stops_every_command_with_file_and_line(city, command):
    gateway, file = city
    file.write_text(OWN.replace("[doc_no]", "[docno]"), "utf-8")
    done = xinqiao(command.split(), gateway.env, check=False)
    assert done.returncode == 1
    assert "parks.yaml:6: datasets.park_penalty.key: 没有字段" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_sound_catalogue_changes_nothing_in_the_status(city):
    gateway, file = city
    file.write_text(OWN, "utf-8")
    without = {name: value for name, value in gateway.env.items() if name != "XINQIAO_CATALOGUE"}
    for env in (gateway.env, without):
        shown = json.loads(xinqiao(["status", "--json"], env, check=False).stdout)
        assert (shown["keys"], shown["schema"][:5]) == ("正常 ok · 已载入 loaded", "正常 ok")


def test_a_folder_that_is_not_there_is_named(city, tmp_path):
    gateway, _ = city
    done = xinqiao(["worker"], {**gateway.env, "XINQIAO_CATALOGUE": str(tmp_path / "none")}, check=False)
    assert (done.returncode, f"{tmp_path}/none: 没有此文件夹" in done.stderr) == (1, True)
