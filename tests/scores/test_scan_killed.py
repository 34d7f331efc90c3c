"""`xinqiao scan`, killed with SIGKILL again and again: it ends with the hashes of one that was left alone."""

import json
import os
import signal
from datetime import UTC, datetime

import psutil
import pytest

from connectors.catalogue.load import get_dataset
from connectors.model.calendar import day_of
from gateway.demo.command_line import DemoError
from gateway.demo.samples import as_csv, sample_of
from gateway.scores import scan_pinned
from tests import town
from tests.processes import PATIENCE_SECONDS, running, wait_until
from tests.records.penalties import penalties, penalty
from tests.scores.small_pieces import SUBJECTS
from tests.stories import FEEDS, registration

DONE = "SELECT number, digest FROM scan_piece WHERE run_id = '{}' ORDER BY number"
STANDING = "SELECT subject, holds_from, status, score, band, parts, reasons, digest FROM subject_score ORDER BY 1, 2"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
POINTS = ["after scan.piece", "before scan.finish"]


def deliver(made, folder):
    files = {dataset: as_csv(*sample_of(get_dataset(dataset), day_of(datetime.now(UTC)))) for dataset in FEEDS}
    files["ent_registration"] = registration(1).encode()
    files["penalty_general"] = penalties(*[penalty(number, f"K{number}") for number in range(1, 8)]).encode()
    for dataset, content in files.items():
        (folder / f"{dataset}.csv").write_bytes(content)
        made.cli("ingest", dataset, str(folder / f"{dataset}.csv"), "--batch", "k1")


@pytest.mark.slow
def test_killed_anywhere_a_scan_goes_on_and_two_never_run_at_once(socket_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(scan_pinned, "PIECE", SUBJECTS)  # for the commands of this process
    with town.instance(socket_folder, tmp_path, "gateway") as made:
        deliver(made, tmp_path)
        scanning = {**made.env, "CRASH_AT": "after scan.start", "CRASH_BY": "SIGSTOP"}
        with running(["scan"], scanning, module="tests.scores.small_pieces") as first:
            wait_until(lambda: psutil.Process(first.pid).status() == psutil.STATUS_STOPPED, "the scan to stop")
            with pytest.raises(DemoError, match="Another process is scanning"):
                made.cli("scan")
            os.killpg(first.pid, signal.SIGKILL)
            assert first.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        for point in POINTS:
            wait_until(lambda: made.rows(OTHERS) == [(0,)], "the server to notice")
            env = {**made.env, "CRASH_AT": point}
            with running(["scan"], env, module="tests.scores.small_pieces") as doomed:
                assert doomed.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        killed = json.loads(made.cli("scan", "--json"))
        standing = made.rows(STANDING)
        assert (killed["state"], killed["done"]) == ("finished", killed["pieces"])
        assert killed["pieces"] > 3
        assert made.rows("SELECT count(*) FROM scan_run") == [(1,)]
        alone = json.loads(made.cli("scan", "--as-of", killed["as_of"], "--json"))
        assert (alone["digest"], alone["subjects"], alone["changed"]) == (killed["digest"], killed["subjects"], 0)
        assert made.rows(DONE.format(alone["run"])) == made.rows(DONE.format(killed["run"]))
        assert {row[0] for row in standing} == set(range(1, killed["subjects"] + 1))
        assert made.rows(STANDING) == standing
