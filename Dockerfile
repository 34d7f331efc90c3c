# Xinqiao (信桥). Two stages: the first has pip and the sources, the second only what runs. Pin the base by digest when you publish.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/xinqiao
ENV PATH=/opt/xinqiao/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock requirements-build.lock pyproject.toml README.md LICENSE NOTICE ./
# The build back end is installed from the lock file too, in a venv of its own: nothing unhashed enters the image.
RUN pip install --require-hashes -r requirements.lock
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r requirements-build.lock
COPY signing signing
COPY connectors connectors
COPY consent consent
COPY audit audit
COPY scoring_adapter scoring_adapter
COPY risk_monitor risk_monitor
COPY gateway gateway
COPY client client
COPY alembic alembic
COPY package.json package-lock.json .npmrc requirements-node.lock ./
COPY scripts/assets.py scripts/assets.py
COPY scripts/assets_kept.py scripts/assets_kept.py
COPY scripts/assets_node.py scripts/assets_node.py
COPY scripts/assets_parts.py scripts/assets_parts.py
COPY scripts/echarts.js scripts/echarts.js
# The console's parts: fetched by their lock file, or as `make assets` left them in gateway/.
RUN /opt/build/bin/python scripts/assets.py
COPY docs/glossary.md docs/glossary.md
COPY examples/score_provider.py examples/score_provider.py
COPY examples/agency_client.py examples/agency_client.py
COPY examples/bank_client.py examples/bank_client.py
COPY examples/enterprise_client.py examples/enterprise_client.py
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheels .
RUN pip install --no-deps --no-index --find-links /tmp/wheels xinqiao

FROM python:3.12-slim-bookworm
RUN groupadd --system --gid 10001 xinqiao \
    && useradd --system --uid 10001 --gid xinqiao --home-dir /var/lib/xinqiao --create-home xinqiao
COPY --from=build /opt/xinqiao /opt/xinqiao
ENV PATH=/opt/xinqiao/bin:$PATH PYTHONUNBUFFERED=1 XINQIAO_HOME=/var/lib/xinqiao XINQIAO_HOST=0.0.0.0
USER xinqiao
VOLUME /var/lib/xinqiao
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
ENTRYPOINT ["xinqiao"]
CMD ["serve"]
