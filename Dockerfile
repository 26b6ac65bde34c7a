# The image of Airflow and of its workers: Meltano, every plugin of meltano.yml, and Airflow among them.
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d AS build
WORKDIR /project
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
# Only what decides the installs, so that another DAG or CSV does not run them again.
COPY pyproject.toml README.md meltano.yml ./
COPY orchestrate/*.meltano.yml orchestrate/
COPY requirements requirements
COPY src src
# Of requirements/project.txt only what runs: no embedded PostgreSQL, no test tools.
RUN --mount=type=cache,target=/root/.cache \
    python -m venv .venv \
    && sed -n '/^uv==/,/[^\\]$/p' requirements/project.txt >.venv/uv.txt \
    && .venv/bin/python -m pip install --quiet --require-hashes -r .venv/uv.txt \
    && .venv/bin/uv pip install --quiet --python .venv/bin/python \
        --constraint requirements/project.txt meltano psycopg2-binary --editable . \
    && .venv/bin/python -m compileall -q src
# Airflow's executor: airflow-edge, airflow-celery or airflow-kubernetes, see docs/workers.md.
ARG AIRFLOW_REQUIREMENTS=airflow
RUN --mount=type=cache,target=/root/.cache \
    echo "AIRFLOW_REQUIREMENTS=$AIRFLOW_REQUIREMENTS" >.env \
    && .venv/bin/meltano --log-level=warning install

FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d
WORKDIR /project
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin pipeline
COPY --from=build /project .
COPY analyze analyze
COPY data data
COPY orchestrate orchestrate
COPY docker/airflow docker/airflow
# The code is root's; the user writes where runs do, and new volumes take over these owners.
RUN install --directory --owner=pipeline --group=pipeline \
        .airflow .airflow/logs .meltano/logs output state \
    && chown pipeline:pipeline .meltano \
    && chown --recursive pipeline:pipeline .meltano/run
USER 10001
ENV PATH=/project/.venv/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m --retries=3 \
    CMD ["python", "docker/airflow/health.py", "metadatabase"]
# `docker run IMAGE COMMAND`: a command of Airflow's, or a program such as meltano or bash.
ENTRYPOINT ["python", "orchestrate/airflow/start.py"]
CMD ["api-server"]
