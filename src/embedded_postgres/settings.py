"""What `.env` says: where source and warehouse are, and whether the embedded server serves them."""

from dataclasses import dataclass, field
from pathlib import Path

from sealed_days.core import dotenv
from sealed_days.core.dotenv import Variables
from sealed_days.core.errors import ConfigurationError

SUPERUSER = "postgres"
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Login:
    """A database, and the role that uses it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.database}"


@dataclass(frozen=True)
class Settings:
    """The two databases of `.env`; `data` is None when they are servers of the user's own."""

    project: Path
    variables: Variables
    source: Login
    warehouse: Login
    data: Path | None

    @classmethod
    def read(cls, project: Path) -> "Settings":
        """Read and check `.env` and the environment."""
        variables = dotenv.read(project)
        folder = variables.get("EMBEDDED_POSTGRES_DATA")
        settings = cls(
            project,
            variables,
            _login(variables, "TAP_POSTGRES"),
            _login(variables, "TARGET_POSTGRES"),
            (project / Path(folder).expanduser()).resolve() if folder else None,
        )
        if settings.data is not None:
            settings._check_embedded(settings.data)
        return settings

    @property
    def airflow(self) -> Login:
        """Airflow's own database on the embedded server."""
        password = self.variables.require("AIRFLOW_DATABASE_PASSWORD")
        return Login("127.0.0.1", self.source.port, "airflow", password, "airflow")

    @property
    def superuser(self) -> Login:
        """The superuser of the embedded server."""
        password = self.variables.require("EMBEDDED_POSTGRES_PASSWORD")
        return Login("127.0.0.1", self.source.port, SUPERUSER, password, "postgres")

    def shown(self, path: Path) -> str:
        """The path as messages show it: relative to the project when it lies inside."""
        return str(path.relative_to(self.project) if path.is_relative_to(self.project) else path)

    def _check_embedded(self, data: Path) -> None:
        where = self.variables.where
        other = "or remove the line EMBEDDED_POSTGRES_DATA to use a server of your own"
        if self.project.is_relative_to(data):
            raise ConfigurationError(
                f"EMBEDDED_POSTGRES_DATA={data} holds the project itself: "
                f"set {where('EMBEDDED_POSTGRES_DATA')} to a folder of its own, such as .postgres"
            )
        for name, login in (("TAP", self.source), ("TARGET", self.warehouse)):
            self.variables.require(f"{name}_POSTGRES_PASSWORD")
            if login.host not in LOOPBACK:
                raise ConfigurationError(
                    f"{name}_POSTGRES_HOST={login.host}, but the embedded PostgreSQL is on "
                    f"127.0.0.1: change {where(f'{name}_POSTGRES_HOST')}, {other}"
                )
        if self.source.port != self.warehouse.port:
            raise ConfigurationError(
                f"TAP_POSTGRES_PORT={self.source.port} and TARGET_POSTGRES_PORT="
                f"{self.warehouse.port} differ, but one embedded PostgreSQL serves both: "
                f"change {where('TAP_POSTGRES_PORT')} or {where('TARGET_POSTGRES_PORT')}, {other}"
            )
        users = (self.source.user, self.warehouse.user, "airflow", SUPERUSER)
        databases = (self.source.database, self.warehouse.database, "airflow", "postgres")
        for kind, names in (("USER", users), ("DATABASE", databases)):
            if len(set(names)) < len(names):
                raise ConfigurationError(
                    f"TAP_POSTGRES_{kind}={names[0]} and TARGET_POSTGRES_{kind}={names[1]} must "
                    f"differ from each other and from {names[2]} and {names[3]}: change .env"
                )


def _login(variables: Variables, prefix: str) -> Login:
    port = variables.get(f"{prefix}_PORT") or "5432"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationError(
            f"{prefix}_PORT={port} is no port: change {variables.where(f'{prefix}_PORT')}"
        )
    return Login(
        variables.require(f"{prefix}_HOST"),
        int(port),
        variables.require(f"{prefix}_USER"),
        variables.get(f"{prefix}_PASSWORD"),
        variables.require(f"{prefix}_DATABASE"),
    )
