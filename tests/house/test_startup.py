"""What is loaded at start: large libraries only when something needs them, and no file but modules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYC = f".{sys.implementation.cache_tag}.pyc"
# What one kind of request, or another process, needs: the first one of them waits for it, the start does not.
NEEDED_LATER = frozenset(
    {
        "alembic", "argon2", "authlib.integrations", "croniter", "fastexcel", "fsspec", "google.protobuf", "jinja2",
        "lxml", "numpy", "obstore", "opentelemetry.exporter", "opentelemetry.sdk", "paramiko", "polars",
        "procrastinate", "pymysql", "requests", "scipy", "xlrd", "xlsxwriter",
    }
)  # fmt: skip
NOT_FOR_HELP = NEEDED_LATER | {
    "cryptography", "fastapi", "httpx", "joserfc", "msgspec", "opentelemetry", "prometheus_client", "psycopg",
    "pydantic", "sqlalchemy", "sqlmodel", "starlette", "structlog", "uvicorn", "yaml",
}  # fmt: skip
SERVICE = """
import json, sys
opened = []
sys.addaudithook(lambda event, given: event == "open" and isinstance(given[0], str) and opened.append(given[0]))
from gateway.app import create_app
import_only = list(opened)
import uvicorn, gateway.web.http_protocol
kinds = {type(route).__name__ for route in create_app().routes}
print(json.dumps({"modules": list(sys.modules), "opened": import_only, "kinds": list(kinds)}))
"""
HELP = """
import json, sys
from gateway.__main__ import app
try:
    app(["--help"])
finally:
    print(json.dumps({"modules": list(sys.modules)}), file=sys.stderr)
"""


def run(program: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": "",
        "HOME": str(home),
        "XINQIAO_HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-W", "ignore", "-c", program]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return json.loads(run(SERVICE, tmp_path_factory.mktemp("home")).stdout)


def test_the_service_starts_without_what_single_requests_need(service):
    assert NEEDED_LATER & set(service["modules"]) == set()


def test_no_route_is_left_to_be_worked_out_by_the_first_requests(service):
    assert set(service["kinds"]) == {"GuardedRoute", "Route"}


def test_help_is_printed_without_the_service(tmp_path):
    done = run(HELP, tmp_path)
    assert "xinqiao" in done.stdout
    assert NOT_FOR_HELP & set(json.loads(done.stderr)["modules"]) == set()


def test_importing_the_service_reads_nothing_but_modules(service):
    """Libraries look at their own releases, the machine and the time zones; of ours only modules are opened."""
    libraries = (sys.prefix, sys.base_prefix, "/proc/", "/usr/share/zoneinfo/")
    others = [name for name in service["opened"] if not name.startswith(libraries)]
    assert str(ROOT / "gateway" / "app.py") in {name.replace("__pycache__/", "").replace(PYC, ".py") for name in others}
    assert {Path(name).suffix for name in others} <= {".py", ".pyc"}
