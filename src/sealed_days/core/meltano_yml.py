"""What meltano.yml says of the pipeline, read without Meltano, which takes 0.7 s to start.

The pipeline is the job that stages sources and loads them. Its tasks are the one list of sources:
each `EXTRACTOR LOADER` whose loader is our target-csv stages the source of that loader's setting
`source`. All who need the list (tap-csv, `day`, the DAG) take it from here.

Settings follow Meltano's order: the environment's `env:`, the process, `.env`, the environment's
config, the plugin's, those of what it inherits from, its `value:`. See
https://docs.meltano.com/guide/configuration#configuration-layers
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sealed_days.core import dotenv
from sealed_days.core.errors import ConfigurationError

FILE = "meltano.yml"
STAGES, LOADS = "sealed-target-csv", "sealed-target-postgres"
"""The executables of the loaders that stage a source, and load staged days."""
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True)
class Source:
    """A source of the pipeline. `job` is what `meltano run` takes: a job, or its plugins."""

    name: str
    job: str
    extractor: str
    loader: str


@dataclass(frozen=True)
class Pipeline:
    """What the pipeline's job does. `load_job` is the part that loads, `loader` its plugin."""

    job: str
    sources: list[Source]
    load_job: str
    loader: str

    @property
    def jobs(self) -> dict[str, str]:
        """Return source -> the job that stages it."""
        return {source.name: source.job for source in self.sources}


@dataclass(frozen=True)
class MeltanoYml:
    """A project's meltano.yml, what it includes, and its `.env`."""

    root: Path
    parts: list[dict[str, Any]] = field(repr=False)
    variables: dotenv.Variables = field(repr=False)

    @classmethod
    def read(cls, root: Path) -> MeltanoYml:
        """Read the files of a project.

        Raises:
            ConfigurationError: one is not there, or is no YAML.
        """
        parts = [_load(root / FILE)]
        for pattern in parts[0].get("include_paths") or []:
            parts += [_load(path) for path in sorted(root.glob(pattern))]
        return cls(root, parts, dotenv.read(root))

    @cached_property
    def plugins(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return name -> (kind such as `loaders`, definition)."""
        return {
            plugin["name"]: (kind, plugin)
            for part in self.parts
            for kind, plugins in (part.get("plugins") or {}).items()
            for plugin in plugins or []
        }

    @cached_property
    def jobs(self) -> dict[str, list[str]]:
        """Return name -> the words of its tasks, in order."""
        found = {}
        for part in self.parts:
            for job in part.get("jobs") or []:
                tasks = job.get("tasks") or []
                lines = [task if isinstance(task, list) else task.split() for task in tasks]
                found[job["name"]] = [str(word) for line in lines for word in line]
        return found

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Return the active environment: MELTANO_ENVIRONMENT, else the default one."""
        name = os.environ.get("MELTANO_ENVIRONMENT") or self.parts[0].get("default_environment")
        known = [e for part in self.parts for e in part.get("environments") or []]
        return next((e for e in known if e["name"] == name), {})

    @cached_property
    def _given(self) -> dict[str, str]:
        """Return the variables that win over `.env`."""
        process = dict(os.environ)
        # Meltano puts .env into a plugin's process too, with each $NAME in it filled in once more
        for name, text in self.variables.values.items():
            if process.get(name) == _expand(text, dict(os.environ)):
                del process[name]
        given = process | {"MELTANO_PROJECT_ROOT": str(self.root)}
        for env in (self.parts[0].get("env"), self.environment.get("env")):
            given |= {name: _expand(str(text), given) for name, text in (env or {}).items()}
        return given

    def get(self, name: str) -> str:
        """Return a variable as plugins get it, "" where it is not set."""
        return self._given.get(name, self.variables.values.get(name, ""))

    def setting(self, plugin: str, name: str) -> Any:
        """Return a setting of a plugin as Meltano would; a variable's value is a text."""
        kind, definition = self.plugins[plugin]
        prefixes = dict.fromkeys((plugin, definition.get("namespace") or plugin))
        keys = [re.sub(r"\W", "_", f"{prefix}_{name}").upper() for prefix in prefixes]
        for known in (self._given, self.variables.values):
            if found := [known[key] for key in keys if key in known]:
                return found[0]
        config = ((self.environment.get("config") or {}).get("plugins") or {}).get(kind) or []
        own = next((p.get("config") for p in config if p["name"] == plugin), None)
        for layer in (own, definition.get("config")):
            if layer and name in layer:
                return self._filled(layer[name])
        if (parent := definition.get("inherit_from")) in self.plugins:
            inherited = self.setting(parent, name)
            if inherited is not None:
                return inherited
        values = {s["name"]: s.get("value") for s in definition.get("settings") or []}
        return self._filled(values.get(name))

    def executable(self, plugin: str) -> str:
        """Return the program of a plugin, which it may inherit."""
        _, definition = self.plugins[plugin]
        parent = definition.get("inherit_from")
        if "executable" not in definition and parent in self.plugins:
            return self.executable(parent)
        return str(definition.get("executable", plugin))

    def pipeline(self) -> Pipeline:
        """Return the pipeline: the job PIPELINE_JOB, else the first that stages and loads.

        Raises:
            ConfigurationError: there is no such job, or it is not one.
        """
        named = self.get("PIPELINE_JOB")
        if named and named not in self.jobs:
            where = self.variables.where("PIPELINE_JOB")
            msg = f"PIPELINE_JOB={named} is no job of {FILE}: change {where}"
            raise ConfigurationError(msg)
        for job in [named] if named else self.jobs:
            if found := self._as_pipeline(job):
                return found
        msg = (
            f"{named or 'no job of ' + FILE} does not stage sources and load them: it takes a task "
            "with target-csv for each source, then tap-csv target-postgres"
        )
        raise ConfigurationError(msg)

    def faults(self) -> list[str]:
        """Return where a name that must stand twice differs, one line each."""
        pipeline = self.pipeline()
        known = {(s.extractor, s.loader) for s in pipeline.sources}
        faults = []
        # with a pipeline of one's own, the demonstration's jobs are no part of it
        for job in [] if self.get("PIPELINE_JOB") else self.jobs:
            for words in self._blocks(job):
                extractor, loader = words[0], words[-1]
                if self.executable(loader) != STAGES or (extractor, loader) in known:
                    continue
                faults.append(
                    f"the job {job} stages {self.setting(loader, 'source')} by {' '.join(words)}, "
                    f"which is no task of the pipeline {pipeline.job}: add it there, or remove it"
                )
        for source in pipeline.sources:
            said = self.setting(source.loader, "job")
            if said and said != source.job:
                faults.append(
                    f"{source.loader} has job: {said}, but {source.name} is staged by "
                    f"{source.job}: correct or remove it"
                )
        names = [source.name for source in pipeline.sources]
        faults += [
            f"{names.count(name)} tasks of {pipeline.job} stage the source {name}: each would "
            "replace the other's day; give each loader a source of its own"
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        return faults

    def _as_pipeline(self, job: str) -> Pipeline | None:
        sources, loads = [], []
        for words in self._blocks(job):
            program = self.executable(words[-1])
            if program == STAGES:
                name = str(self.setting(words[-1], "source") or words[0])
                sources.append(Source(name, self.job_of(words), words[0], words[-1]))
            elif program == LOADS:
                loads.append(words)
        if not (sources and loads):
            return None
        return Pipeline(job, sources, self.job_of(loads[0]), loads[0][-1])

    def staged_by(self, extractor: str) -> str:
        """Return the source that an extractor's jobs stage, "" where that is not one source."""
        loaders = {
            words[-1]
            for job in self.jobs
            for words in self._blocks(job)
            if words[0] == extractor and self.executable(words[-1]) == STAGES
        }
        sources = {str(self.setting(loader, "source") or "default") for loader in loaders}
        return sources.pop() if len(sources) == 1 else ""

    def _blocks(self, job: str) -> Iterator[list[str]]:
        """Yield each `EXTRACTOR [MAPPER] LOADER` of a job."""
        block: list[str] = []
        for word in self.jobs[job]:
            kind, _ = self.plugins.get(word, ("", {}))
            if kind == "extractors":
                block = [word]
            elif block:
                block.append(word)
                if kind == "loaders":
                    yield block
                    block = []

    def job_of(self, words: list[str]) -> str:
        """Return the job that does just this, else the plugins, which `meltano run` takes too.

        Args:
            words: extractor and loader; a job may have a mapper between them.
        """
        for job, found in self.jobs.items():
            if (
                found[:1] + found[-1:] == words[:1] + words[-1:]
                and len(list(self._blocks(job))) == 1
            ):
                return job
        return " ".join(words)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return _expand(value, {**self.variables.values, **self._given}) or None
        if isinstance(value, dict):
            # in a key, Meltano takes a dot for a step down, and \. for a dot
            return {key.replace("\\.", "."): self._filled(item) for key, item in value.items()}
        return [self._filled(item) for item in value] if isinstance(value, list) else value


def jobs_of_project() -> dict[str, str]:
    """Return source -> the job that stages it, for a plugin that Meltano runs; {} without it."""
    root = os.environ.get("MELTANO_PROJECT_ROOT")
    return MeltanoYml.read(Path(root)).pipeline().jobs if root else {}


def job_of_run() -> str:
    """Return what `meltano run` takes to run again what a loader is part of, "" without Meltano."""
    names = ("MELTANO_PROJECT_ROOT", "MELTANO_EXTRACTOR_NAME", "MELTANO_LOADER_NAME")
    root, extractor, loader = (os.environ.get(name, "") for name in names)
    if not (root and extractor and loader):
        return ""
    try:
        return MeltanoYml.read(Path(root)).job_of([extractor, loader])
    except ConfigurationError:
        return f"{extractor} {loader}"


def project_root() -> Path:
    """Return the project's folder: Meltano's, else the nearest with a meltano.yml upwards.

    Raises:
        ConfigurationError: there is none.
    """
    if root := os.environ.get("MELTANO_PROJECT_ROOT"):
        return Path(root)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).exists():
            return folder
    msg = f"{here} is not in a project ({FILE} is missing): change to its folder"
    raise ConfigurationError(msg)


def stage_url(moved: str = "") -> str:
    """Return STAGE_ROOT where it is the URL of an object store, else "".

    Args:
        moved: STAGE_ROOT as it is known already.
    """
    moved = moved or os.environ.get("STAGE_ROOT", "")
    return moved if "://" in moved else ""


def source_of_run() -> str:
    """Return whose day the extractor of this run stages, as the jobs say.

    Meltano tells a loader its extractor, but no extractor its loader. "" where that is not one
    source, and without Meltano.
    """
    names = ("MELTANO_PROJECT_ROOT", "MELTANO_EXTRACTOR_NAME")
    root, extractor = (os.environ.get(name, "") for name in names)
    return MeltanoYml.read(Path(root)).staged_by(extractor) if root and extractor else ""


def stage_root(configured: str | Path, root: Path | None = None, moved: str = "") -> Path:
    """Return the folder of the staged days: STAGE_ROOT where it is set, else what is configured.

    A relative STAGE_ROOT lies in the project.
    """
    if moved := moved or os.environ.get("STAGE_ROOT", ""):
        return (root or project_root()) / Path(moved).expanduser()
    return Path(configured)


def _expand(text: str, known: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: known.get(match[1] or match[2], ""), text)


def _load(path: Path) -> dict[str, Any]:
    import yaml

    try:
        with path.open("rb") as stream:
            found = yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise ConfigurationError(msg) from None
    except yaml.YAMLError as error:
        msg = f"{path} is no YAML: {' '.join(str(error).split())}"
        raise ConfigurationError(msg) from None
    if not isinstance(found or {}, dict):
        msg = f"{path} is not a mapping of Meltano's keys"
        raise ConfigurationError(msg)
    return found or {}


if __name__ == "__main__":
    from sealed_days.core.errors import one_line_errors

    with one_line_errors("meltano.yml"):
        print(MeltanoYml.read(project_root()).pipeline().job)
