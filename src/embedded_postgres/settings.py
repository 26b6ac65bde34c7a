"""What `.env` says: where source and warehouse are, and which of them the embedded server serves.

A database is the embedded server's where its host is this machine and its port is
EMBEDDED_POSTGRES_PORT; any other is the user's own. So each role is switched by its own lines.
"""

from dataclasses import dataclass, field
from pathlib import Path

from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

from sealed_days.core import dotenv
from sealed_days.core.dotenv import Variables
from sealed_days.core.errors import ConfigurationError

SUPERUSER = "postgres"
LOOPBACK = ("127.0.0.1", "localhost")
MARKER = "embedded_postgres.conf"  # a data folder without it is none of ours


@dataclass(frozen=True)
class Login:
    """A database, and the role that uses it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    by_url: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.database}"


@dataclass(frozen=True)
class Settings:
    """The databases of `.env`; `data` is None where there is no embedded server at all."""

    project: Path
    variables: Variables
    source: Login
    warehouse: Login
    data: Path | None
    port: int

    @classmethod
    def read(cls, project: Path) -> "Settings":
        """Read and check `.env` and the environment.

        Raises:
            ConfigurationError: a variable is missing or wrong.
        """
        variables = dotenv.read(project)
        folder = variables.get("EMBEDDED_POSTGRES_DATA")
        source = _login(variables, "TAP_POSTGRES")
        warehouse = _login(variables, "TARGET_POSTGRES")
        data = (project / Path(folder).expanduser()).resolve() if folder else None
        port = _embedded_port(variables, data, source, warehouse)
        settings = cls(project, variables, source, warehouse, data, port)
        if settings.data is not None:
            settings._check_embedded(settings.data)
        return settings

    def is_embedded(self, login: Login) -> bool:
        """Whether the embedded server serves a database."""
        here = login.host in LOOPBACK and login.port == self.port and not login.by_url
        return self.data is not None and here

    @property
    def serves(self) -> dict[str, Login]:
        """Return what the embedded server serves of `source` and `warehouse`."""
        roles = {"source": self.source, "warehouse": self.warehouse}
        return {name: login for name, login in roles.items() if self.is_embedded(login)}

    @property
    def airflow(self) -> Login | None:
        """Airflow's own database, None where it is not the embedded server's."""
        get = self.variables.get
        host = get("AIRFLOW_DATABASE_HOST") or LOOPBACK[0]
        port = _port(self.variables, "AIRFLOW_DATABASE_PORT", str(self.port))
        if self.data is None or host not in LOOPBACK or port != self.port:
            return None
        password = self.variables.require("AIRFLOW_DATABASE_PASSWORD")
        return Login(host, port, "airflow", password, "airflow")

    @property
    def superuser(self) -> Login:
        """The superuser of the embedded server."""
        password = self.variables.require("EMBEDDED_POSTGRES_PASSWORD")
        return Login("127.0.0.1", self.port, SUPERUSER, password, "postgres")

    def shown(self, path: Path) -> str:
        """The path as messages show it: relative to the project when it lies inside."""
        return str(path.relative_to(self.project) if path.is_relative_to(self.project) else path)

    def _check_embedded(self, data: Path) -> None:
        if self.project.is_relative_to(data):
            where = self.variables.where("EMBEDDED_POSTGRES_DATA")
            raise ConfigurationError(
                f"EMBEDDED_POSTGRES_DATA={data} holds the project itself: "
                f"set {where} to a folder of its own, such as .postgres"
            )
        prefixes = {"source": "TAP", "warehouse": "TARGET"}
        for name in self.serves:
            self.variables.require(f"{prefixes[name]}_POSTGRES_PASSWORD")
        logins = self.serves.values()
        for kind, names in (
            ("USER", [*(login.user for login in logins), "airflow", SUPERUSER]),
            ("DATABASE", [*(login.database for login in logins), "airflow", "postgres"]),
        ):
            if len(set(names)) < len(names):
                given = [
                    f"{prefixes[n]}_POSTGRES_{kind}={v}"
                    for n, v in zip(self.serves, names, strict=False)
                ]
                raise ConfigurationError(
                    f"{' and '.join(given)} must differ from each other and from airflow and "
                    f"{SUPERUSER}, which the embedded PostgreSQL has: change .env"
                )


def _login(variables: Variables, prefix: str) -> Login:
    if url := variables.get(f"{prefix}_SQLALCHEMY_URL"):
        return _from_url(variables, f"{prefix}_SQLALCHEMY_URL", url)
    return Login(
        variables.require(f"{prefix}_HOST"),
        _port(variables, f"{prefix}_PORT", "5432"),
        variables.require(f"{prefix}_USER"),
        variables.get(f"{prefix}_PASSWORD"),
        variables.require(f"{prefix}_DATABASE"),
    )


def _from_url(variables: Variables, name: str, url: str) -> Login:
    scheme, separator, rest = url.partition("://")
    try:
        parts = parse_dsn(f"{scheme.partition('+')[0]}{separator}{rest}")
        host, port, database = parts["host"], int(parts.get("port", 5432)), parts["dbname"]
    except (ProgrammingError, KeyError, ValueError):
        raise ConfigurationError(
            f"{name} is no URL such as postgresql://user:password@host:5432/database: "
            f"change {variables.where(name)}"
        ) from None
    return Login(host, port, parts.get("user", ""), parts.get("password", ""), database, True)


def _port(variables: Variables, name: str, default: str) -> int:
    port = variables.get(name) or default
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationError(f"{name}={port} is no port: change {variables.where(name)}")
    return int(port)


def _embedded_port(variables: Variables, data: Path | None, source: Login, warehouse: Login) -> int:
    """Return EMBEDDED_POSTGRES_PORT; a `.env` of before 1.1 has none, and is asked otherwise."""
    if variables.get("EMBEDDED_POSTGRES_PORT") or data is None:
        return _port(variables, "EMBEDDED_POSTGRES_PORT", "5432")
    ports = [login.port for login in (warehouse, source) if login.host in LOOPBACK]
    if len(set(ports)) > 1:  # one of them is the user's own: which?
        try:
            lines = (data / MARKER).read_text().splitlines()
            made_for = {int(line.partition("=")[2]) for line in lines if line.startswith("port")}
        except OSError:
            made_for = set()
        return next((port for port in ports if port in made_for), ports[0])
    return ports[0] if ports else 5432
