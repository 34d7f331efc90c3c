"""The shipped dashboard, alert rules and the operating manual name what exists: metrics, labels, alerts, checks."""

import json
import re
from pathlib import Path

import pytest
import yaml

from gateway.telemetry.readiness import readiness
from gateway.telemetry.worker_health import WorkerHealth

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy/monitoring"
RULES = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
PANELS = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]
MANUAL = (ROOT / "docs/operations.md").read_text("utf-8")
EXPRESSIONS = [rule["expr"] for rule in RULES] + [one["expr"] for panel in PANELS for one in panel["targets"]]
METRIC = re.compile(r"\b(xinqiao_\w+|up\b)")
OF_PROMETHEUS = {"up"}
SELECTED = re.compile(r"(xinqiao_\w+)\{([^}]*)\}")


@pytest.fixture
async def scraped(gateway, client, monitor):
    """What /metrics answers, by name of sample: the labels it has."""
    WorkerHealth(gateway.settings.worker_folder, ["publish"]).write()
    assert (await client.get("/livez")).status_code == 200
    found = {}
    for line in (await monitor.get("/metrics")).text.splitlines():
        if not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
            found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels or ""))
    return found


async def test_every_metric_and_label_that_is_looked_at_is_there(gateway, scraped, client):
    scraped.setdefault("xinqiao_steps_total", {"step", "outcome"})  # none before the first step of the main job
    for expression in EXPRESSIONS:
        named = set(METRIC.findall(expression)) - OF_PROMETHEUS
        assert named <= scraped.keys(), expression
        for metric, selection in SELECTED.findall(expression):
            assert set(re.findall(r"(\w+)(?:=~|!=|=)", selection)) <= scraped[metric], expression
        if by := re.findall(r"by \(([\w, ]+)\)", expression):
            labels = set().union(*(scraped[metric] for metric in named)) if named else set()
            assert {label.strip() for group in by for label in group.split(",")} <= labels, expression


def rows_under(heading):
    """The first cells, in code, of the table under a heading of the manual."""
    part = MANUAL.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([\w-]+)` \|", part, re.MULTILINE)


def test_every_alert_has_a_row_that_says_what_to_do():
    assert sorted(rows_under("告警 Alerts")) == sorted(rule["alert"] for rule in RULES)


async def test_every_check_of_readyz_has_a_row_that_says_what_to_do(gateway):
    names = [finding.name for finding in await readiness(gateway.units, gateway.settings)]
    assert rows_under("就绪检查变红 When /readyz is red") == names


def test_settings_that_the_manual_names_exist():
    named = set(re.findall(r"XINQIAO_[A-Z_]+", MANUAL))
    assert named <= set(re.findall(r"XINQIAO_[A-Z_]+", (ROOT / ".env.example").read_text("utf-8")))


def test_paths_that_the_manual_names_exist():
    named = set(re.findall(r"`((?:deploy|docs|tests|scripts)/[\w./-]+)", MANUAL))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    for file, name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", MANUAL):
        assert f"def {name}(" in (ROOT / file).read_text(), name
