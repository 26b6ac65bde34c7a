"""The embedded PostgreSQL keeps its promises: real servers, started and killed by the command."""

import contextlib
import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from sealed_days.core import dotenv

SRC = Path(__file__).parents[2] / "src"
SOURCE = """\
CREATE TABLE region (region_id smallint PRIMARY KEY, description text);
COPY region FROM stdin;
1\tEastern
2\t
\\.
CREATE TABLE "Größe" (id int);
"""
FOREIGN = """\
# servers of one's own
export TAP_POSTGRES_HOST="{host}"
TAP_POSTGRES_PORT={port}  # a comment
TAP_POSTGRES_USER='{user}'
TAP_POSTGRES_PASSWORD={password}
TAP_POSTGRES_DATABASE=northwind
TARGET_POSTGRES_HOST=dwh.invalid
TARGET_POSTGRES_USER=writer
TARGET_POSTGRES_DATABASE=ecommerce
"""


class Project:
    """A project folder, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "data").mkdir(parents=True)
        (folder / "data/northwind.sql").write_text(SOURCE, encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "embedded_postgres", *arguments]

    def environment(self, **variables: str) -> dict[str, str]:
        prefixes = ("TAP_", "TARGET_", "EMBEDDED_", "AIRFLOW_", "PG")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
        return kept | {"PYTHONPATH": str(SRC)} | variables

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def ok(self, *arguments: str, **variables: str) -> str:
        done = self.run(*arguments, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def error(self, *arguments: str, **variables: str) -> str:
        done = self.run(*arguments, **variables)
        assert done.returncode == 1, (done.stdout, done.stderr)
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def data(self) -> Path:
        return self.folder / ".postgres"

    @property
    def env(self) -> dict[str, str]:
        lines = (self.folder / ".env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")

    def set_env(self, **variables: str) -> None:
        path = self.folder / ".env"
        changed = [
            f"{name}={variables[name]}" if (name := line.partition("=")[0]) in variables else line
            for line in path.read_text().splitlines()
        ]
        path.write_text("\n".join(changed) + "\n")

    def set_port(self, port: int) -> None:
        names = ("EMBEDDED_POSTGRES", "TAP_POSTGRES", "TARGET_POSTGRES", "AIRFLOW_DATABASE")
        self.set_env(**{f"{name}_PORT": str(port) for name in names})

    @contextlib.contextmanager
    def session(self, role: str, database: str | None = None, **password: str) -> Iterator:
        """Yield a cursor as TAP, TARGET or the superuser."""
        env = self.env
        if role == "postgres":
            user, secret = "postgres", env["EMBEDDED_POSTGRES_PASSWORD"]
        else:
            user, secret = env[f"{role}_POSTGRES_USER"], env[f"{role}_POSTGRES_PASSWORD"]
            database = database or env[f"{role}_POSTGRES_DATABASE"]
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=env["TAP_POSTGRES_PORT"],
            user=user,
            password=password.get("password", secret),
            dbname=database or "northwind",
        )
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor

    def ask(self, role: str, query: str, database: str | None = None) -> list[tuple]:
        with self.session(role, database) as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose server is up, shared by the tests that leave it as it is."""
    yield from _project(tmp_path_factory.mktemp("shared"), up=True)


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Project]:
    """A project before its first `up`."""
    yield from _project(tmp_path)


def _project(folder: Path, up: bool = False) -> Iterator[Project]:
    project = Project(folder / "project")
    try:
        if up:
            project.ok("up")
        yield project
    finally:
        project.run("down")


def fingerprint(project: Project) -> list[tuple]:
    """What provisioning may write: rights, passwords and owners, with the row versions."""
    return project.ask(
        "postgres",
        "SELECT 'role', rolname::text, xmin::text, rolpassword FROM pg_authid UNION ALL "
        "SELECT 'database', datname, xmin::text, datacl::text FROM pg_database UNION ALL "
        "SELECT 'setting', setrole::text, xmin::text, NULL FROM pg_db_role_setting UNION ALL "
        "SELECT 'member', member::text, xmin::text, NULL FROM pg_auth_members UNION ALL "
        "SELECT 'table', relname, xmin::text, NULL FROM pg_class WHERE relkind = 'r' ORDER BY 1, 2",
    )


def test_up_twice_changes_nothing(project: Project) -> None:
    before, process = fingerprint(project), project.postmaster()
    said = project.ok("up")
    assert said.count("\n") == 1
    assert "already up" in said
    assert fingerprint(project) == before
    assert project.postmaster() == process


def test_env_is_private_and_never_overwritten(new: Project) -> None:
    path = new.folder / ".env"
    new.ok("env")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = path.read_bytes()
    assert new.ok("env") == ""
    assert ".env is there" in new.ok("env", "--verbose")
    assert path.read_bytes() == made
    assert {entry.name for entry in new.folder.iterdir()} == {".env", "data"}
    secrets = [value for name, value in new.env.items() if "PASSWORD" in name]
    assert len(set(secrets)) == 5
    assert min(map(len, secrets)) >= 32


def test_env_that_others_can_read_is_warned_of(new: Project) -> None:
    new.ok("env")
    (new.folder / ".env").chmod(0o644)
    done = new.run("env")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "chmod 600 .env" in done.stderr


def test_source_is_loaded_and_keeps_null_and_text(project: Project) -> None:
    assert project.ask("TAP", "TABLE region") == [(1, "Eastern"), (2, "")]
    assert project.ask("TAP", 'SELECT count(*) FROM "Größe"') == [(0,)]
    assert project.ask("TAP", "SHOW server_encoding") == [("UTF8",)]


def test_settings_suit_bulk_loads(project: Project) -> None:
    names = ("wal_level", "shared_buffers", "max_wal_size", "synchronous_commit", "TimeZone",
             "max_locks_per_transaction")  # fmt: skip
    found = [project.ask("TAP", f"SHOW {name}")[0][0] for name in names]
    assert found == ["minimal", "256MB", "4GB", "on", "UTC", "1024"]


def test_server_listens_on_the_loopback_only(project: Project) -> None:
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for connection in project.postmaster().net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", int(project.env["TAP_POSTGRES_PORT"]))}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO region VALUES (3, 'x')",
        "DELETE FROM region",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE DATABASE mine",
        "ALTER ROLE northwind_reader SUPERUSER",
        "COPY region TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT passwd FROM pg_shadow",
        "SELECT * FROM pg_user_mapping",
        "SELECT * FROM pg_largeobject",
    ],
)
def test_reader_cannot_write(project: Project, statement: str) -> None:
    with project.session("TAP") as cursor, pytest.raises(psycopg2.Error) as refused:
        cursor.execute(statement)
    assert refused.value.pgcode in ("25006", "42501")
    with project.session("TAP") as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(statement)


def test_reader_sees_tables_made_later(project: Project) -> None:
    with project.session("postgres") as cursor:
        cursor.execute("CREATE TABLE later AS SELECT 7 AS seven")
        try:
            assert project.ask("TAP", "TABLE later") == [(7,)]
        finally:
            cursor.execute("DROP TABLE later")


def test_reader_sees_schemas_made_later_and_what_other_roles_made_after_the_next_up(
    project: Project,
) -> None:
    with project.session("postgres") as cursor:
        cursor.execute("GRANT pg_read_all_data TO northwind_reader")  # as version 1.0.0 did
        cursor.execute("CREATE SCHEMA later; CREATE TABLE later.t AS SELECT 7 AS seven")
        cursor.execute("CREATE ROLE other; CREATE SCHEMA others AUTHORIZATION other")
        cursor.execute("SET ROLE other; CREATE TABLE others.t AS SELECT 8 AS eight; RESET ROLE")
        try:
            assert project.ask("TAP", "TABLE later.t") == [(7,)]
            project.ok("up")
            assert project.ask("TAP", "TABLE others.t") == [(8,)]
            with project.session("TAP") as reader, pytest.raises(psycopg2.Error):
                reader.execute("SELECT rolpassword FROM pg_authid")
        finally:
            cursor.execute("DROP SCHEMA later CASCADE; DROP SCHEMA others CASCADE")
            cursor.execute("DROP OWNED BY other; DROP ROLE other")


def test_warehouse_owner_cannot_connect_to_source(project: Project) -> None:
    for role, database in [("TARGET", "northwind"), ("TAP", "ecommerce"), ("TARGET", "airflow"),
                           ("TAP", "postgres"), ("TAP", "template1"), ("TARGET", "postgres"),
                           ("TAP", "airflow")]:  # fmt: skip
        refusal = pytest.raises(psycopg2.OperationalError, match="permission denied for database")
        with refusal, project.session(role, database):
            pass


def test_warehouse_owner_owns_the_warehouse_and_nothing_else(project: Project) -> None:
    with project.session("TARGET") as cursor:
        cursor.execute("CREATE SCHEMA mine CREATE TABLE t (id int)")
        cursor.execute("DROP SCHEMA mine CASCADE")
        cursor.execute("SELECT datname FROM pg_database WHERE datdba = current_user::regrole")
        assert cursor.fetchall() == [("ecommerce",)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE DATABASE mine")


def test_airflow_has_a_database_of_its_own(project: Project) -> None:
    password = project.env["AIRFLOW_DATABASE_PASSWORD"]
    where = {"host": "127.0.0.1", "port": project.env["TAP_POSTGRES_PORT"]}
    psycopg2.connect(**where, user="airflow", password=password, dbname="airflow").close()


def test_wrong_password_is_refused(project: Project) -> None:
    refusal = pytest.raises(psycopg2.OperationalError, match="password authentication failed")
    with refusal, project.session("TAP", password="wrong"):
        pass


def test_psql_opens_both_databases_and_passes_its_exit_code(project: Project) -> None:
    query = ("-XAtc", "SELECT current_user, current_database()")
    assert project.ok("psql", *query) == "ecommerce_owner|ecommerce\n"
    assert project.ok("psql", "warehouse", *query) == "ecommerce_owner|ecommerce\n"
    assert project.ok("psql", "source", *query) == "northwind_reader|northwind\n"
    assert project.run("psql", "-Xv", "ON_ERROR_STOP=1", "-f", os.devnull).returncode == 0
    assert project.run("psql", "-Xc", "nonsense").returncode == 1


def test_no_password_is_in_the_log_or_on_a_command_line(project: Project) -> None:
    shown = (project.data / "server.log").read_text()
    postmaster = project.postmaster()
    for process in (postmaster, *postmaster.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # a session of another test that just ended
            shown += " ".join(process.cmdline())
    for name, value in project.env.items():
        assert "PASSWORD" not in name or value not in shown


def test_kill_nine_of_the_server_is_repaired_by_up(new: Project) -> None:
    new.ok("up")
    with new.session("TARGET") as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1")
    killed = new.postmaster()
    killed.kill()
    psutil.wait_procs([killed], timeout=10)
    assert (new.data / "postmaster.pid").exists()
    assert new.run("status").returncode == 3
    assert new.ok("up").count("\n") == 1
    assert new.run("status").returncode == 0
    assert new.ask("TARGET", "TABLE kept") == [(1,)]


def test_reused_process_id_in_postmaster_pid_is_coped_with(new: Project) -> None:
    new.ok("up")
    left = (new.data / "postmaster.pid").read_text().splitlines()
    new.ok("down")
    other = subprocess.Popen(["cat"], stdin=subprocess.PIPE, **_owner(new.data))
    try:
        pid_file = new.data / "postmaster.pid"
        pid_file.write_text("\n".join([str(other.pid), *left[1:]]) + "\n")
        os.chown(pid_file, new.data.stat().st_uid, new.data.stat().st_gid)
        assert new.run("status").returncode == 3
        assert new.ok("down") == "PostgreSQL is not running\n"
        assert " is up on " in new.ok("up")
        assert other.poll() is None
    finally:
        other.communicate()


def _owner(path: Path) -> dict:
    return {"user": path.stat().st_uid} if os.geteuid() == 0 else {}


def test_up_killed_during_initdb_is_repaired_by_up(new: Project) -> None:
    first = new.start("up")
    assert first.stdout
    assert ".env is made" in first.stdout.readline()  # initdb comes next
    while not (new.folder / ".postgres.new").exists():
        assert first.poll() is None
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert not new.data.exists()
    new.ok("up")
    assert new.ask("TAP", "SELECT count(*) FROM region") == [(2,)]
    assert not (new.folder / ".postgres.new").exists()


def test_up_killed_while_loading_the_source_is_repaired_by_up(new: Project) -> None:
    reached = new.folder / "reached"
    os.mkfifo(reached)
    blocking = new.folder / "blocking.sql"
    blocking.write_text(f"{SOURCE}\\! cat < {reached}\n")
    first = new.start("up", "--source-sql", str(blocking))
    with reached.open("w"):  # opens when psql is there, and holds it there
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert new.ask("TAP", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [
            (0,)
        ]
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] == "psql" and str(blocking) in process.info["cmdline"]:
                process.kill()
    assert "northwind is loaded" in new.ok("up")
    assert new.ask("TAP", "SELECT count(*) FROM region") == [(2,)]


def test_failed_source_load_names_line_and_leaves_source_empty(project: Project) -> None:
    bad = project.folder / "bad.sql"
    bad.write_text("CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\nx\n\\.\n")
    project.set_env(TAP_POSTGRES_DATABASE="other")
    try:
        said = project.error("up", "--source-sql", "bad.sql")
        assert "bad.sql:5: invalid input syntax" in said
        assert "COPY a, line 2" in said
        assert project.ask("TAP", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [
            (0,)
        ]
        bad.write_text("BEGIN;\nCREATE TABLE a (id int);\nSELECT 1/0;\nCOMMIT;\n")
        assert "bad.sql:3: division by zero; other is left empty" in project.error(
            "up", "--source-sql", "bad.sql"
        )
        assert "nowhere.sql is not there" in project.error("up", "--source-sql", "nowhere.sql")
        assert "other is loaded" in project.ok("up")
    finally:
        project.set_env(TAP_POSTGRES_DATABASE="northwind")


def test_foreign_env_starts_nothing(project: Project, new: Project) -> None:
    env = project.env
    text = FOREIGN.format(
        host="127.0.0.1",
        port=env["TAP_POSTGRES_PORT"],
        user=env["TAP_POSTGRES_USER"],
        password=env["TAP_POSTGRES_PASSWORD"],
    )
    (new.folder / ".env").write_text(text)
    (new.folder / ".env").chmod(0o600)
    before = fingerprint(project)
    named = f"127.0.0.1:{env['TAP_POSTGRES_PORT']}/northwind and dwh.invalid:5432/ecommerce"
    said = new.ok("up")
    assert said == f"the databases of .env are used: {named}; nothing is started for them\n"
    assert new.ok("psql", "source", "-XAtc", "SELECT current_user") == "northwind_reader\n"
    for command in ("down", "clean"):
        assert "nothing to do" in new.ok(command)
    assert new.run("status").returncode == 3
    assert new.run("serves", "source").returncode == 3
    assert project.run("serves", "source").returncode == 0
    assert {entry.name for entry in new.folder.iterdir()} == {".env", "data"}
    assert (new.folder / ".env").read_text() == text
    assert fingerprint(project) == before


def test_process_environment_wins_over_env(project: Project) -> None:
    assert "nothing is started" in project.ok("up", EMBEDDED_POSTGRES_DATA="")
    assert "db.invalid" in project.ok("up", TAP_POSTGRES_HOST="db.invalid")


@pytest.mark.parametrize("own", ["source", "warehouse", "both"])
def test_each_role_is_switched_by_its_own_lines(new: Project, own: str) -> None:
    new.ok("env")
    port = new.env["EMBEDDED_POSTGRES_PORT"]
    mine = {}
    if own in ("source", "both"):
        mine |= {"TAP_POSTGRES_HOST": "db.invalid", "TAP_POSTGRES_PORT": "5432"}
        # a name that the embedded server's own roles have is no matter elsewhere
        mine |= {"TAP_POSTGRES_USER": "postgres", "TAP_POSTGRES_DATABASE": "postgres"}
    if own in ("warehouse", "both"):
        mine |= {"TARGET_POSTGRES_PORT": "5"}  # another server of this machine
    new.set_env(**mine)
    said = new.ok("up")
    found = [new.run("serves", role).returncode for role in ("source", "warehouse")]
    if own == "both":
        assert "db.invalid:5432/postgres and 127.0.0.1:5/ecommerce" in said
        assert f"nothing is started for them (the embedded server has port {port})" in said
        assert found == [3, 3]
        assert not new.data.exists()
        assert "is up" in new.ok("up", "--airflow")  # its own database is the embedded one's
        assert databases(new) == {"airflow"}
    if own == "source":
        assert "source     db.invalid:5432/postgres as postgres: your own" in said
        assert f"warehouse  127.0.0.1:{port}/ecommerce as ecommerce_owner: embedded" in said
        assert found == [3, 0]
        assert databases(new) == {"ecommerce", "airflow"}
    if own == "warehouse":
        assert "warehouse  127.0.0.1:5/ecommerce as ecommerce_owner: your own" in said
        assert found == [0, 3]
        assert databases(new) == {"northwind", "airflow"}
        assert new.run("status").returncode == 3  # the warehouse does not answer


def databases(project: Project) -> set[str]:
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=project.env["EMBEDDED_POSTGRES_PORT"],
        user="postgres",
        password=project.env["EMBEDDED_POSTGRES_PASSWORD"],
        dbname="postgres",
    )
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname !~ '^template|^postgres$'")
        return {name for (name,) in cursor.fetchall()}


def test_env_of_version_1_0_goes_on_as_it_was(new: Project) -> None:
    new.ok("up")
    path = new.folder / ".env"
    added = ("EMBEDDED_POSTGRES_PORT", "AIRFLOW_DATABASE_HOST", "AIRFLOW_DATABASE_PORT")
    before = [line for line in path.read_text().splitlines() if not line.startswith(added)]
    # its author has a warehouse of his own by now, on another server of this machine
    old = "\n".join(before).replace("TARGET_POSTGRES_PORT=", "TARGET_POSTGRES_PORT=1 #")
    path.write_text(old)
    port = new.env["TAP_POSTGRES_PORT"]
    said = new.ok("up")
    assert ".env has EMBEDDED_POSTGRES_PORT, AIRFLOW_DATABASE_HOST, AIRFLOW_DATABASE_PORT" in said
    assert "already up" in said
    text = path.read_text()
    assert text.startswith(old)
    assert f"\nEMBEDDED_POSTGRES_PORT={port}\n" in text
    new.ok("up")
    assert path.read_text() == text


def test_env_of_own_databases_keeps_airflow_beside_the_warehouse(new: Project) -> None:
    text = FOREIGN.format(host="h", port=1, user="u", password="p")
    (new.folder / ".env").write_text(f"{text}AIRFLOW_DATABASE_PASSWORD=x")
    (new.folder / ".env").chmod(0o600)
    new.ok("up")
    values = dotenv.read(new.folder).values
    assert values["AIRFLOW_DATABASE_HOST"] == "dwh.invalid"
    assert values["AIRFLOW_DATABASE_PORT"] == "5432"


def test_taken_port_is_named(new: Project) -> None:
    new.ok("env")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        new.set_port(port)
        said = new.error("up")
        assert f"port {port} of 127.0.0.1 is taken" in said
        lines = (new.folder / ".env").read_text().splitlines()
        assert f".env line {lines.index(f'TAP_POSTGRES_PORT={port}') + 1}" in said
        assert f".env line {lines.index(f'TARGET_POSTGRES_PORT={port}') + 1}" in said
    assert " is up on " in new.ok("up")


def test_changed_port_and_passwords_of_env_are_used(new: Project) -> None:
    new.ok("up")
    with new.session("TARGET") as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1")
    (new.folder / ".env").unlink()  # every password and the port are new
    said = new.ok("up")
    for role in ("postgres", "northwind_reader", "ecommerce_owner", "airflow"):
        assert f"the password of {role} is set" in said
    assert new.ask("TARGET", "TABLE kept") == [(1,)]
    assert new.ok("up").count("\n") == 1


def test_two_ups_at_once_wait_for_each_other(new: Project) -> None:
    with contextlib.ExitStack() as stack:
        lock = os.open(new.folder, os.O_RDONLY)
        stack.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        both = [new.start("up"), new.start("up")]
        for one in both:
            assert one.stdout
            assert "waiting for another" in one.stdout.readline()
    outputs = sorted((one.communicate(timeout=60)[0] for one in both), key=len)
    assert [one.returncode for one in both] == [0, 0], outputs
    assert "already up" in outputs[0]
    assert outputs[0].count("\n") == 1


def test_down_keeps_the_data_and_clean_removes_them(new: Project) -> None:
    assert "nothing to do" in new.ok("down")
    assert new.run("status").returncode == 3
    new.ok("up")
    assert "its data stays" in new.ok("down")
    assert new.ok("down") == "PostgreSQL is not running\n"
    assert new.ok("up").count("\n") == 1
    assert ".postgres is removed" in new.ok("clean")
    assert {entry.name for entry in new.folder.iterdir()} == {".env", "data"}
    assert ".postgres is not there" in new.ok("clean")


def test_folder_that_is_not_ours_is_left_alone(new: Project) -> None:
    new.ok("env")
    new.data.mkdir()
    (new.data / "PG_VERSION").write_text("18\n")
    for command in ("up", "clean", "down"):
        assert ".postgres is not a data folder of embedded_postgres" in new.error(command)
    assert (new.data / "PG_VERSION").exists()
    new.set_env(EMBEDDED_POSTGRES_DATA=".")
    assert "holds the project itself" in new.error("clean")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_root_below_a_closed_folder_and_a_normal_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for project in _project(closed):
        project.ok("up")
        assert project.postmaster().uids().real != 0
        assert project.ask("TAP", "SELECT count(*) FROM region") == [(2,)]
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
