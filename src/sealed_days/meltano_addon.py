"""Loaded by Meltano when it starts: what no setting of Meltano can do.

Airflow's own time zone decides which days `airflow backfill --from-date … --to-date …` means. It
follows DATE_TIMEZONE, which may be empty; then it is UTC.

Meltano refuses to start a pipeline that it believes to run already, and after a `kill -9`
it believes so for five minutes. Here two runs of one source and day exclude each other by
locks that end with their process, so that the refusal protects nothing and only delays the
retry. `meltano run` has a `--force` for that, read from MELTANO_RUN_FORCE; no setting of
meltano.yml sets it, so this add-on does, unless the user has set it.

`meltano select --list` asks a tap for a catalog, which no run of ours needs: for that command alone
the taps have the capabilities `discover` and `catalog`.

A value that Meltano cannot cast to the `kind` of its setting (a text below `stream_maps`) would end
in a traceback that does not name the setting. Here it ends in one line.

Meltano writes each plugin's config, passwords in it, to a file below .meltano/run, by the
process's umask; after a `kill -9` it stays there. Here only the owner can read what a run
writes, and what dead runs left is removed. Plugins get the umask back: the user decides who may
read the staged days.

Python's garbage collector would scan all loaded modules several times, and once more at exit.
What Meltano has imported lives until the end anyway: `gc.freeze` leaves it out.
"""

import atexit
import contextlib
import fcntl
import gc
import os
import sys
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from meltano.core.error import MeltanoError
from meltano.core.setting_definition import SettingDefinition, SettingKind

from sealed_days.core import umask

_STARTS_PLUGINS = {"run", "invoke", "el", "elt", "test", "job"}


def keep_private(project: Path) -> None:
    """Keep to ourselves what this process writes below .meltano, and remove what dead ones left.

    Args:
        project: the folder of meltano.yml.
    """
    umask.write_for_owner_only()
    for folder in (project / ".meltano", project / ".meltano" / "logs"):
        with contextlib.suppress(OSError):  # another's, or not there
            folder.chmod(0o700)
    with contextlib.suppress(OSError):
        _remove_leftovers(project / ".meltano" / "run")


def _remove_leftovers(run: Path) -> None:
    """Remove the configs of dead runs, where no other run is alive.

    Every Meltano shares a lock on a file until its end; who has it alone knows of no other.
    """
    run.mkdir(parents=True, exist_ok=True)
    lock = os.open(run / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in run.glob("*/*.config.json"):
            path.unlink(missing_ok=True)
    fcntl.flock(lock, fcntl.LOCK_SH)


def _project() -> Path | None:
    named = os.environ.get("MELTANO_PROJECT_ROOT")
    folders = [Path(named)] if named else [Path.cwd(), *Path.cwd().parents]
    return next((folder for folder in folders if (folder / "meltano.yml").is_file()), None)


def set_airflows_time_zone(project: Path) -> None:
    """Set Airflow's time zone to DATE_TIMEZONE, unless it is set by its own name.

    Args:
        project: the folder of meltano.yml.
    """
    variables = {**dotenv_values(project / ".env"), **os.environ}
    zone = variables.get("AIRFLOW__CORE__DEFAULT_TIMEZONE") or variables.get("DATE_TIMEZONE")
    os.environ["AIRFLOW__CORE__DEFAULT_TIMEZONE"] = zone or "UTC"


def let_select_discover() -> None:
    """Give `meltano select` the taps' capabilities `discover` and `catalog`, for its own process.

    In meltano.yml, each run would start the tap once more for discovery, and two runs side by
    side would write one catalog: in Meltano 4.4 all runs of a plugin share a folder.
    """
    from meltano.core.plugin_invoker import PluginInvoker

    def capabilities(self: PluginInvoker) -> frozenset[str]:
        found = frozenset(self.plugin.capabilities)
        if str(self.plugin.executable).startswith("sealed-tap-"):
            # a run would warn that it ignores it
            atexit.register(self.files["catalog"].unlink, missing_ok=True)
            found |= {"discover", "catalog"}
        return found

    PluginInvoker.capabilities = property(capabilities)  # type: ignore[assignment]


def name_what_cannot_be_cast() -> None:
    """Say which setting has a value that Meltano cannot cast; it would end in a traceback."""
    cast = SettingDefinition.cast_value

    def cast_value(self: SettingDefinition, value: Any) -> Any:
        try:
            return cast(self, value)
        except ValueError:
            shown = "a text (not shown)" if self.is_redacted else repr(value)
            reason = f"{self.name} is {shown}, which is no {self.kind}: nothing was touched"
            raise MeltanoError(reason, "Change it in meltano.yml or .env") from None

    SettingDefinition.cast_value = cast_value  # type: ignore[method-assign]


os.environ.setdefault("MELTANO_RUN_FORCE", "true")
name_what_cannot_be_cast()
if "select" in sys.argv[1:]:
    let_select_discover()
if _STARTS_PLUGINS.intersection(sys.argv[1:]) and (_root := _project()):
    keep_private(_root)
    set_airflows_time_zone(_root)
gc.freeze()
atexit.register(gc.freeze)

RUN_FORCE = SettingDefinition(
    name="sealed_days.run_force",
    kind=SettingKind.BOOLEAN,
    value=True,
    description="Documents that MELTANO_RUN_FORCE is on; see sealed_days.meltano_addon.",
)
