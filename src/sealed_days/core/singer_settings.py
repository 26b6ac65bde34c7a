"""Settings that several plugins share: DATE, the SDK's own, and a PostgreSQL connection.

The SDK's and meltanolabs' settings are declared here so that a misspelt key is noticed beside
them; a test compares the names with the upstream packages'.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sealed_days.core.dates import resolve_date
from sealed_days.core.settings import (
    Anything,
    Group,
    Name,
    Port,
    Positive,
    PositiveSeconds,
    Secret,
    Settings,
)

# as sqlalchemy.engine.url reads it, its port a number
_URL = re.compile(
    r"(?:postgresql|postgres)(?:\+\w+)?://(?:[^:/@]*(?::[^@]*)?@)?"
    r"(?:\[[^\]/?@]+\]|[^/:?@]*)(?::(?P<port>\d{1,5}))?(?:/[^?@\s]*)?(?:\?\S*)?"
)

StreamMap = Annotated[
    dict[str, Any] | Literal["__NULL__"],
    Meta(description="See https://sdk.meltano.com/en/latest/stream_maps.html"),
]


class DaySettings(Settings, kw_only=True, frozen=True):
    """The day that a run works on."""

    date: Annotated[
        str | None, Meta(description="The day, YYYY-MM-DD; unset or empty means today.")
    ] = None
    timezone: Annotated[
        str | None,
        Meta(description="IANA name of the time zone in which days begin. Default: UTC."),
    ] = None
    allow_future: Annotated[
        bool, Meta(description="Take a DATE that has not begun, too (DATE_ALLOW_FUTURE).")
    ] = False

    def resolve_date(self) -> tuple[datetime.date, bool]:
        """Return the day to stage or load, and whether DATE named it.

        Raises:
            ConfigurationError: DATE is no day, or has not begun.
        """
        return resolve_date(self.date, self.timezone, allow_future=self.allow_future)


class SdkSettings(DaySettings, kw_only=True, frozen=True):
    """What the Singer SDK knows for every plugin, beside the day."""

    stream_maps: Annotated[
        dict[str, StreamMap],
        Meta(
            description="Stream maps: rename, leave out, or change rows. "
            "See https://sdk.meltano.com/en/latest/stream_maps.html"
        ),
    ] = msgspec.field(default_factory=dict)
    stream_map_config: Annotated[Anything, Meta(description="Values that stream maps may use.")] = (
        msgspec.field(default_factory=dict)
    )
    faker_config: Annotated[
        Anything, Meta(description="`seed` and `locale` of the faker in stream maps.")
    ] = msgspec.field(default_factory=dict)
    flattening_enabled: Annotated[
        bool, Meta(description="Flatten nested columns; rows then travel one by one.")
    ] = False
    flattening_max_depth: Annotated[int | None, Meta(description="How deep to flatten.")] = None
    flattening_max_key_length: Annotated[
        int | None, Meta(description="The longest name that flattening makes.")
    ] = None
    flattening_separator: Annotated[
        str, Meta(description="What flattening puts between names.")
    ] = "__"


class BatchEncoding(Group, kw_only=True, frozen=True):
    """How the files of BATCH messages are written."""

    format: Annotated[Literal["csv"], Meta(description="Our dialect: PostgreSQL's CSV.")] = "csv"
    compression: Literal["none"] | None = None


class BatchStorage(Group, kw_only=True, frozen=True):
    """Where the files of BATCH messages are written."""

    root: Annotated[
        str, Meta(description="Folder of the scratch files: a path or a file: URI.")
    ] = ""
    prefix: str | None = None


class BatchConfig(Group, kw_only=True, frozen=True):
    """Set where the target is ours: streams then travel as whole files."""

    encoding: BatchEncoding = BatchEncoding()
    storage: BatchStorage = BatchStorage()


Batch = Annotated[
    BatchConfig | None,
    Meta(
        description="Set where the target is ours: streams leave as BATCH messages of format "
        "csv, whose files are written below storage.root. Unset: RECORD messages."
    ),
]
"""The setting `batch_config` of a tap."""


class TargetSdkSettings(SdkSettings, kw_only=True, frozen=True):
    """What the Singer SDK knows for every target. They concern rows, not whole files."""

    add_record_metadata: Annotated[bool, Meta(description="Rows only: add _sdc_ columns.")] = False
    load_method: Annotated[
        Literal["append-only", "upsert", "overwrite"], Meta(description="Rows only.")
    ] = "append-only"
    batch_size_rows: Annotated[Positive | None, Meta(description="Rows only.")] = None
    validate_records: Annotated[bool, Meta(description="Rows only: check them by schema.")] = True
    process_activate_version_messages: Annotated[
        bool, Meta(description="Rows only: act on ACTIVATE_VERSION.")
    ] = True


class SshTunnel(Group, kw_only=True, frozen=True):
    """An SSH tunnel to the database, by way of a bastion host."""

    enable: Annotated[bool, Meta(description="Whether to use it.")] = False
    host: Annotated[str | None, Meta(description="The bastion host.")] = None
    username: Annotated[str | None, Meta(description="Who logs in there.")] = None
    port: Annotated[Port, Meta(description="Its port.")] = 22
    private_key: Annotated[Secret | None, Meta(description="The private key itself.")] = None
    private_key_password: Annotated[Secret | None, Meta(description="Its password.")] = None


class PostgresSettings(SdkSettings, kw_only=True, frozen=True):
    """How to reach a PostgreSQL database."""

    host: Annotated[Name | None, Meta(description="Host name, or the folder of a socket.")] = None
    port: Annotated[Port, Meta(description="Port.")] = 5432
    user: Annotated[Name | None, Meta(description="The role that logs in.")] = None
    password: Annotated[Secret | None, Meta(description="Its password.")] = None
    database: Annotated[Name | None, Meta(description="The database.")] = None
    connect_timeout_seconds: Annotated[
        Positive,
        Meta(description="How long to wait for the server to answer, also while it starts."),
    ] = 30
    stall_seconds: Annotated[
        PositiveSeconds,
        Meta(
            description="After how long without progress the server is asked what it does; a "
            "session that waits for us while we wait for it is ended."
        ),
    ] = 300.0
    sqlalchemy_url: Annotated[
        Secret | None, Meta(description="A URL instead of the five above, SSL included.")
    ] = None
    ssl_enable: Annotated[bool, Meta(description="Encrypt, check the certificate.")] = False
    ssl_client_certificate_enable: Annotated[
        bool, Meta(description="Log in by a client certificate.")
    ] = False
    ssl_mode: Annotated[
        Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        Meta(description="With ssl_enable: libpq's sslmode."),
    ] = "verify-full"
    ssl_certificate_authority: Annotated[
        str, Meta(description="With ssl_enable: the authority's certificate, or its path.")
    ] = "~/.postgresql/root.crl"
    ssl_client_certificate: Annotated[
        str, Meta(description="The client's certificate, or its path.")
    ] = "~/.postgresql/postgresql.crt"
    ssl_client_private_key: Annotated[
        str, Meta(description="The client's private key, or its path.")
    ] = "~/.postgresql/postgresql.key"
    ssl_storage_directory: Annotated[
        str, Meta(description="Where certificates given as texts are written.")
    ] = ".secrets"
    ssh_tunnel: Annotated[
        SshTunnel, Meta(description="An SSH tunnel by way of a bastion host.")
    ] = SshTunnel()

    def __post_init__(self) -> None:
        """Refuse a URL that no library could read: its own words would show the password."""
        url = _URL.fullmatch(self.sqlalchemy_url or "postgresql://")
        if not url or not 1 <= int(url["port"] or 5432) <= 65535:
            msg = (
                "sqlalchemy_url (not shown: it holds a password) is not of the form "
                "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with @ and % in the password "
                "written as %40 and %25"
            )
            raise ValueError(msg)

    @property
    def needs_upstream_connection(self) -> str | None:
        """Why meltanolabs' connector must open the connection, None where libpq does."""
        if self.sqlalchemy_url:
            return "sqlalchemy_url is set"
        if self.ssl_enable or self.ssl_client_certificate_enable:
            return "SSL is switched on"
        return "an SSH tunnel is switched on" if self.ssh_tunnel.enable else None
