"""Command line of the embedded PostgreSQL: `python -m embedded_postgres COMMAND`."""

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import psycopg2

from embedded_postgres import env_file
from embedded_postgres.programs import binaries
from embedded_postgres.provision import provision, psql_environment
from embedded_postgres.server import Server, exclusive
from embedded_postgres.settings import Login, Settings
from embedded_postgres.upgrade import complete
from sealed_days.core.errors import UserError

NOT_UP = 3
NO_LOCK = -1


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    options.project = options.project.resolve()
    try:
        return COMMANDS[options.command](options)
    except UserError as error:
        message = str(error)
    except psycopg2.Error as error:
        said = " ".join(str(error).split()) or type(error).__name__
        message = f"PostgreSQL says: {said} (see server.log in the data folder)"
    except OSError as error:
        message = f"{error.filename or options.project}: {error.strerror}"
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)
        return 130
    print(f"embedded_postgres: {message}", file=sys.stderr)
    return 1


def _env(options: argparse.Namespace) -> int:
    with exclusive(options.project):
        _make_env(options)
    return 0


def _up(options: argparse.Namespace) -> int:
    with exclusive(options.project) as lock:
        _make_env(options)
        settings = Settings.read(options.project)
        wanted = settings.serves or (options.airflow and settings.airflow)
        if settings.data is not None and wanted:
            settings.superuser, settings.airflow  # noqa: B018  # their passwords are there
            server = Server(settings, settings.data, lock, say)
            already = "" if server.up() else "already "
            say(f"PostgreSQL {_version(server)} is {already}up on {server.address}, "
                f"data in {server.shown}")  # fmt: skip
            provision(server, (options.project / options.source_sql).resolve())
        roles = {"source": settings.source, "warehouse": settings.warehouse}
        if not settings.serves:
            named = " and ".join(map(str, roles.values()))
            hint = f" (the embedded server has port {settings.port})" if settings.data else ""
            say(f"the databases of .env are used: {named}; nothing is started for them{hint}")
        elif len(settings.serves) < len(roles):
            for name, login in roles.items():
                whose = "embedded" if name in settings.serves else "your own, as .env says"
                say(f"{name:<10} {login} as {login.user}: {whose}")
    return 0


def _version(server: Server) -> str:
    with contextlib.closing(server.connect()) as connection:
        return f"{connection.server_version // 10000}.{connection.server_version % 10000}"


def _down(options: argparse.Namespace) -> int:
    with exclusive(options.project) as lock:
        if server := _server(options, lock):
            stopped = server.stop()
            say(
                f"PostgreSQL is stopped, its data stays in {server.shown}"
                if stopped
                else "PostgreSQL is not running"
            )
    return 0


def _clean(options: argparse.Namespace) -> int:
    with exclusive(options.project) as lock:
        if server := _server(options, lock):
            server.stop()
            removed = server.remove()
            say(f"{server.shown} is removed" if removed else f"{server.shown} is not there")
    return 0


def _status(options: argparse.Namespace) -> int:
    if not (options.project / ".env").exists():
        say("PostgreSQL is not set up: there is no .env yet")
        return NOT_UP
    settings = Settings.read(options.project)
    up = True
    if settings.data is not None and settings.serves:
        server = Server(settings, settings.data, NO_LOCK, say)
        up = server.is_up()
        say(f"PostgreSQL is {'up' if up else 'down'} on {server.address}, data in {server.shown}")
    for name, login in {"source": settings.source, "warehouse": settings.warehouse}.items():
        if name not in settings.serves:
            answers = _answers(login)
            say(f"{name:<10} {login} {'answers' if answers else 'does not answer'}")
            up = up and answers
    return 0 if up else NOT_UP


def _serves(options: argparse.Namespace) -> int:
    """Exit code 0 where the embedded server has the role, NOT_UP where it does not."""
    return 0 if options.role in Settings.read(options.project).serves else NOT_UP


def _psql(options: argparse.Namespace) -> int:
    settings = Settings.read(options.project)
    login, arguments = settings.warehouse, options.arguments
    if arguments and arguments[0] in ("source", "warehouse"):
        login = settings.source if arguments[0] == "source" else settings.warehouse
        arguments = arguments[1:]
    program = str(binaries() / "psql")
    sys.stdout.flush()
    os.execve(program, ["psql", *arguments], psql_environment(login, os.environ))  # noqa: S606


def _make_env(options: argparse.Namespace) -> None:
    if env_file.make(options.project):
        say(".env is made, with random passwords, for you alone to read")
        return
    if added := complete(options.project):
        say(f".env has {', '.join(added)} added to its end, and the rest left as it is")
    elif options.verbose:
        say(".env is there, and left as it is")
    if env_file.readable_by_others(options.project):
        print("warning: others can read .env: run `chmod 600 .env`", file=sys.stderr, flush=True)


def _server(options: argparse.Namespace, lock: int) -> Server | None:
    """Give the embedded server of an existing `.env`, or None after a line that says why not."""
    if not (options.project / ".env").exists():
        say("nothing to do: there is no .env")
        return None
    settings = Settings.read(options.project)
    if settings.data is None:
        say("nothing to do: .env has no EMBEDDED_POSTGRES_DATA, so there is no server of ours")
        return None
    return Server(settings, settings.data, lock, say)


def _answers(login: Login) -> bool:
    with contextlib.suppress(psycopg2.OperationalError):
        psycopg2.connect(
            host=login.host,
            port=login.port,
            user=login.user,
            password=login.password,
            dbname=login.database,
            connect_timeout=5,
        ).close()
        return True
    return False


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


COMMANDS = {
    "env": _env,
    "up": _up,
    "down": _down,
    "clean": _clean,
    "status": _status,
    "serves": _serves,
    "psql": _psql,
}


def _parser() -> argparse.ArgumentParser:
    def common(parser: argparse.ArgumentParser, **default: Any) -> None:
        parser.add_argument(
            "--project", type=Path, help="the folder of .env (default: this one)", **default
        )
        parser.add_argument(
            "--verbose", action="store_true", help="also say what was done before", **default
        )

    parser = argparse.ArgumentParser(
        prog="python -m embedded_postgres",
        description="The PostgreSQL that the pipeline brings along; .env says where it is.",
    )
    common(parser)
    parser.set_defaults(project=Path(), verbose=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in {
        "env": "make .env with random passwords, unless there is one",
        "up": "start PostgreSQL with source and warehouse in it, unless it is up",
        "down": "stop PostgreSQL; its data stay",
        "clean": "stop PostgreSQL and remove its data; .env stays",
        "status": f"say whether PostgreSQL is up (exit code 0) or not ({NOT_UP})",
        "serves": f"exit code 0 while the embedded PostgreSQL serves a role, {NOT_UP} otherwise",
    }.items():
        command = commands.add_parser(name, help=text, description=text)
        common(command, default=argparse.SUPPRESS)
        if name == "up":
            command.add_argument(
                "--source-sql",
                type=Path,
                default=Path("data/northwind.sql"),
                metavar="PATH",
                help="what an empty source is loaded from (default: data/northwind.sql)",
            )
            command.add_argument("--airflow", action="store_true", help="for Airflow alone, too")
        if name == "serves":
            command.add_argument("role", choices=["source", "warehouse"])
    psql = commands.add_parser(
        "psql",
        help="psql [source|warehouse] [arguments of psql]: open a database (the warehouse)",
        add_help=False,
        prefix_chars="\0",  # so that every option is psql's own
    )
    psql.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
