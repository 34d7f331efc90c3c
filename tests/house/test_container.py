"""The image and the compose file keep the rules that matter, and the Dockerfile's install lines really install."""

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateway.runtime.schema import newest_revision
from tests.house.dockerfile import Stage, read_stages
from tests.processes import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return read_stages(ROOT / "Dockerfile")


def test_the_image_is_built_in_two_stages_on_tagged_bases(stages):
    assert len(stages) == 2
    for stage in stages:
        assert re.fullmatch(r"[\w./-]+:[\w.-]+( AS \w+)?", stage.base)
        assert ":latest" not in stage.base


def test_the_image_runs_as_an_unprivileged_numbered_account(stages):
    last = stages[-1]
    (user,) = last.all("USER")
    assert user == "xinqiao"
    assert "--uid 10001" in last.all("RUN")[0]
    words = [word for word, _ in last.steps]
    assert words.index("USER") > words.index("RUN")
    assert "RUN" not in words[words.index("USER") :]


def test_every_package_is_installed_with_its_hash_or_from_our_own_wheel(stages):
    installs = [run for stage in stages for run in stage.all("RUN") if re.search(r"pip (install|wheel)", run)]
    assert len(installs) == 4
    for run in installs:
        assert "--require-hashes" in run or "--no-deps" in run


def test_the_last_stage_holds_no_sources_and_no_package_manager_run(stages):
    last = stages[-1]
    assert last.all("COPY") == ["--from=build /opt/xinqiao /opt/xinqiao"]
    assert not any("pip" in run or "apt" in run for run in last.all("RUN"))
    assert last.all("ADD") == []


def test_the_image_says_how_it_is_and_starts_without_a_shell(stages):
    last = stages[-1]
    assert "/livez" in last.all("HEALTHCHECK")[0]
    assert last.all("ENTRYPOINT") == ['["xinqiao"]']


def test_no_secret_is_baked_into_the_image(stages):
    for stage in stages:
        for word, arguments in stage.steps:
            assert word != "ARG"
            assert not re.search(r"(?i)password|secret|kek|token", arguments)


def test_the_build_context_lets_in_only_what_the_build_copies(stages):
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for copy in stages[0].all("COPY") for source in copy.split()[:-1]}
    assert allowed == copied


def test_every_secret_of_the_compose_file_comes_from_the_environment_without_a_default():
    environments = [COMPOSE["x-gateway"]["environment"], COMPOSE["services"]["database"]["environment"]]
    seen = 0
    for environment in environments:
        for name, value in environment.items():
            if re.search(r"PASSWORD|KEK|DATABASE_URL", name):
                seen += 1
                assert re.search(r"\$\{\w+:\?[^}]+\}", value), name
    assert seen == 3


def test_the_services_run_without_privileges():
    for name in ("serve", "worker", "migrate", "init"):
        service = COMPOSE["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not {"privileged", "network_mode", "pid"} & service.keys()


def test_the_database_is_new_enough_and_not_published():
    database = COMPOSE["services"]["database"]
    assert int(re.fullmatch(r"postgres:(\d+)-\w+", database["image"]).group(1)) >= 16
    assert "ports" not in database


def test_the_service_is_published_on_this_machine_only_by_default():
    assert COMPOSE["services"]["serve"]["ports"] == ["${XINQIAO_PUBLISH:-127.0.0.1:8000}:8000"]


def test_every_xinqiao_variable_of_the_compose_file_is_a_setting():
    described = (ROOT / ".env.example").read_text()
    for name in COMPOSE["x-gateway"]["environment"]:
        assert name in described


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder every account may enter: pytest's own are closed to all but one."""
    made = Path(f"/tmp/xinqiao-container-{os.getpid()}")
    made.mkdir(mode=0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def installed(stages, folder) -> Path:
    """What the install lines of the Dockerfile make, from the files it copies and nothing else."""
    source, opt = folder / "src", folder / "opt"
    source.mkdir()
    opt.mkdir()
    build = stages[0]
    for copy in build.all("COPY"):
        for name in copy.split()[:-1]:
            where = ROOT / name
            (source / name).parent.mkdir(exist_ok=True)
            (shutil.copytree if where.is_dir() else shutil.copy)(where, source / name)
    path = f"{opt}/xinqiao/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {
        "PIP_QUIET": "1",
        "PIP_NO_COMPILE": "1",
        **{k: v for k, v in os.environ.items() if k.startswith("PIP_") or k == "HOME"},
        "PATH": path,
    }
    for run in build.all("RUN"):
        command = run.replace("/opt/", f"{opt}/").replace("/tmp/wheels", f"{opt}/wheels")
        subprocess.run(["bash", "-ec", command], cwd=source, env=env, check=True, timeout=300)
    shutil.rmtree(source)
    return opt / "xinqiao"


def read(command: list[str | Path], home: Path, **more: object) -> str:
    home.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "XINQIAO_HOME": str(home), "LC_ALL": "C.UTF-8"}
    env |= more.pop("env", {})
    done = subprocess.run(
        command, cwd="/", env=env, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_what_the_dockerfile_installs_ships_the_migrations(installed, tmp_path):
    script = (
        "from gateway.runtime.schema import migrations_folder, newest_revision;"
        "print(newest_revision(), (migrations_folder() / 'env.py').exists(), migrations_folder().parts[-2])"
    )
    assert read([installed / "bin/python", "-c", script], tmp_path).split() == [newest_revision(), "True", "gateway"]
    assert "worker" in read([installed / "bin/xinqiao", "--help"], tmp_path)


@pytest.mark.slow
def test_what_the_dockerfile_installs_ships_the_texts_of_the_console(installed, tmp_path):
    script = "from gateway.console.texts import load_texts; print(load_texts('zh').gettext('sign-in'))"
    assert read([installed / "bin/python", "-c", script], tmp_path).strip() == "登录"


@pytest.mark.slow
def test_what_the_dockerfile_installs_ships_the_parts_of_the_console(installed, tmp_path):
    script = "from gateway.console.assets import assets; print(*assets())"
    names = read([installed / "bin/python", "-c", script], tmp_path).split()
    assert {"tabler.css", "icons.svg", "htmx.js", "echarts.js", "console.css", "shell.js"} <= set(names)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder others cannot enter and start servers in it")
def test_root_starts_an_instance_from_an_installation_in_a_folder_of_mode_700(installed, folder):
    installed.parent.chmod(0o700)
    try:
        read([installed / "bin/xinqiao", "init"], folder / "root-home")
        assert json.loads(read([installed / "bin/xinqiao", "status", "--json"], folder / "root-home"))
    finally:
        installed.parent.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_an_account_without_privileges_starts_an_instance(installed, folder):
    nobody = pwd.getpwnam("nobody")
    home = folder / "nobody-home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    python, search = reachable_python(folder), next(installed.glob("lib/python3*/site-packages"))
    as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    more = {"env": {"PYTHONPATH": str(search), "PYTHONHOME": str(python.parents[1])}, **as_nobody}
    more["env"]["LD_LIBRARY_PATH"] = str(python.parents[1] / "lib")
    read([python, "-m", "gateway", "init"], home, **more)
    assert (home / "postgres/data").stat().st_uid == nobody.pw_uid


def reachable_python(folder: Path) -> Path:
    """Copy this interpreter with its library: the one tests run in may lie where only its owner may enter."""
    base, name = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    copy = folder / "python"
    for part in ("bin", "lib"):
        (copy / part).mkdir(parents=True)
    shutil.copy(base / "bin" / name, copy / "bin" / name)
    for library in (base / "lib").glob("libpython*.so*"):
        shutil.copy(library, copy / "lib" / library.name)
    left_out = shutil.ignore_patterns("site-packages", "dist-packages", "test", "idlelib", "__pycache__", "config-*")
    shutil.copytree(base / "lib" / name, copy / "lib" / name, ignore=left_out)
    return copy / "bin" / name
