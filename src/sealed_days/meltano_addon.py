"""Loaded by Meltano when it starts: allows a retry after `kill -9`, and saves 0.3 s of each run.

Meltano refuses to start a pipeline that it believes to run already, and after a `kill -9`
it believes so for five minutes. Here two runs of one source and day exclude each other by
locks that end with their process, so that the refusal protects nothing and only delays the
retry. `meltano run` has a `--force` for that, read from MELTANO_RUN_FORCE; no setting of
meltano.yml sets it, so this add-on does, for whoever has not set it.

Python's garbage collector would scan all loaded modules several times, and once more at exit.
What Meltano has imported lives until the end anyway: `gc.freeze` leaves it out.
"""

import atexit
import gc
import os

from meltano.core.setting_definition import SettingDefinition, SettingKind

os.environ.setdefault("MELTANO_RUN_FORCE", "true")
gc.freeze()
atexit.register(gc.freeze)

RUN_FORCE = SettingDefinition(
    name="sealed_days.run_force",
    kind=SettingKind.BOOLEAN,
    value=True,
    description="Documents that MELTANO_RUN_FORCE is on; see sealed_days.meltano_addon.",
)
