"""Builds of a small index that are disturbed at one system call each, and what has to be true afterwards."""

from __future__ import annotations

import errno
import functools
import gc
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.build import derived
from index.build.pipeline import BuildOptions, build
from index.core import files
from index.core.article import Article
from index.generations import manifest, sealing
from index.models import card, registry
from index.quotations.pipeline import QuotationFinder
from retrieval.search import models
from tests import system_calls
from tests.hashed_once import weights_hashed_once
from tests.index_looked_at import encoder_of, index_in, look, same
from tests.system_calls import KILL, Call, Decide, Ended

FERRY = (
    " date 2031-01-14 QUILLHAVEN (WQHV) - The ferry stays, Mayor Adela Brandvold said.\n\n"
    "Rain fell on the harbor. Nobody at the harbor minded, and the ferry left for the islands at noon.\n"
)
PIER = " date 2031-03-04 QUILLHAVEN (WQHV) - The pier burned.\n\n“It was a torch,” Chief Petra Lindqvist said.\n"
ROOF = " date 2031-04-22 QUILLHAVEN (WQHV) - The school roof leaks.\n\n“We will mend it,” Wendell Achterberg said.\n"
BELLS = " date 2031-05-02 QUILLHAVEN (WQHV) - The bells of the harbor church ring again, Brandvold said.\n"

EARLIEST = {"ferry.txt": FERRY}
EARLIER = {"ferry.txt": FERRY, "pier.txt": PIER}
LATER = {"ferry.txt": FERRY.replace("Rain", "Snow"), "roof.txt": ROOF, "bells.txt": BELLS}
"""One article changed, one removed, two added, since `EARLIER`."""

REMOVALS = {"unlink", "unlinkat", "rmdir"}
"""What a full disk still does."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is built: the articles that generations before are made of, oldest first, and how the next one is made."""

    before: tuple[Mapping[str, str], ...] = ()
    rebuild: bool = False


SCENARIOS = {
    "first build": Scenario(),
    "incremental": Scenario((EARLIEST, EARLIER)),
    "rebuild": Scenario((EARLIEST, EARLIER), rebuild=True),
}


def concerns(call: Call, folder: Path) -> bool:
    """Tell whether a call is about a folder, or something that lies in it."""
    return any(path == str(folder) or path.startswith(f"{folder}/") for path in call.paths)


def _where(names: Collection[str], error: int, *, folders_only: bool = False) -> Decide:
    return lambda call: error if call.name in names and (not folders_only or Path(call.paths[0]).is_dir()) else None


_LINKS, _FLUSHES, _LOCKS = {"link", "linkat"}, {"fsync", "fdatasync"}, {"flock"}
REFUSALS: Mapping[str, tuple[Decide, bool]] = {
    "no hard links": (_where(_LINKS, errno.EPERM), True),
    "hard links across devices": (_where(_LINKS, errno.EXDEV), True),
    "folders cannot be flushed": (_where(_FLUSHES, errno.EINVAL, folders_only=True), False),
    "no locks": (_where(_LOCKS, errno.ENOLCK), False),
}
"""What file systems of networks refuse, and whether a build does without."""


class Fault:
    """Goes wrong at one call that concerns the index or what is noted of it, counted from 1.

    kill: the process is killed; full: this and all later calls fail with ENOSPC, but for removals; once: this call
    alone fails, with EIO.
    """

    KINDS = ("kill", "full", "once")

    def __init__(self, kind: str, number: int, folder: Path) -> None:
        self._kind, self._number, self._folder = kind, number, folder
        self._count = 0
        self.call: Call | None = None

    def __call__(self, call: Call) -> int | None:
        if call.name in _LOCKS or not concerns(call, self._folder):
            return None
        self._count += 1
        if self._count == self._number:
            self.call = call
        if self._count < self._number or (self._count > self._number and self._kind != "full"):
            return None
        if self._kind == "full":
            return None if call.name in REMOVALS else errno.ENOSPC
        return KILL if self._kind == "kill" else errno.EIO


@dataclass(frozen=True, slots=True)
class Point:
    """One disturbed build: the call that was disturbed (empty where the build made fewer), and what was wrong after."""

    scenario: str
    kind: str
    number: int
    call: str
    problems: list[str] = field(default_factory=list)


class Disturbing:
    """Undisturbed builds of every scenario, and beside each the same one disturbed, again and again.

    All builds run in processes made by fork from one that has loaded everything and has one thread.
    """

    def __init__(self, folder: Path) -> None:
        """Build what is built upon.

        Args:
            folder: an empty folder on the file system of the user's cache, so that models can be linked.
        """
        self._folder = folder.resolve()
        self._articles = self._folder / "articles"
        _load()
        self.calls: dict[str, list[Call]] = {}
        self._before: dict[str, Any] = {}
        self._after: dict[str, Any] = {}
        for name, scenario in SCENARIOS.items():
            self._prepare(name, scenario)

    def _prepare(self, name: str, scenario: Scenario) -> None:
        template = self._template(name)
        template.mkdir(parents=True)
        for articles in scenario.before:
            self._write(articles)
            succeeded(system_calls.run(lambda: self._build(template, rebuild=False)))
        self._before[name] = succeeded(system_calls.run(lambda: look(index_in(template))))
        self._write(LATER)
        work = self.work(name, "undisturbed")
        self.calls[name] = []
        succeeded(self.build(name, work, lambda call: self.calls[name].append(call) if concerns(call, work) else None))
        self._after[name] = succeeded(system_calls.run(lambda: look(index_in(work))))

    def build(self, scenario: str, work: Path, decide: Decide | None = None) -> Ended:
        """Build in a process of its own."""
        rebuild = SCENARIOS[scenario].rebuild
        return system_calls.run(lambda: self._build(work, rebuild=rebuild), decide)

    def build_here(self, work: Path) -> str:
        """Build in this process; return the generation in force."""
        return self._build(work, rebuild=False)

    def after(self, scenario: str) -> Any:
        """Return what `look` tells after an undisturbed build."""
        return self._after[scenario]

    def at(self, scenario: str, kind: str, number: int) -> Point:
        """Disturb a build at one call, look at what is left, build again, and look at that."""
        work = self.work(scenario, f"{os.getpid()}")
        fault = Fault(kind, number, work)
        ended = self.build(scenario, work, fault)
        if fault.call is None:
            return Point(scenario, kind, number, "")
        problems = [*_ended_well(ended, kind)]
        later = system_calls.run(lambda: self._afterwards(work))
        if later.signal or later.error:
            return Point(scenario, kind, number, fault.call.name, [*problems, f"later: {later.signal or later.error}"])
        left, again, final = later.value
        problems += [f"afterwards: {problem}" for problem in self._serves(scenario, ended, left)]
        problems += [f"after another build: {problem}" for problem in self._is_whole(scenario, again, final)]
        where = ", ".join(str(Path(path).relative_to(work)) for path in fault.call.paths if path.startswith(str(work)))
        return Point(scenario, kind, number, f"{fault.call.name} {where}", problems)

    def refused(self, scenario: str, kind: str) -> Point:
        """Build on a file system that refuses some calls: the build does without, or says so and changes nothing."""
        decide, does_without = REFUSALS[kind]
        work = self.work(scenario, f"{os.getpid()}")
        ended = self.build(scenario, work, decide)
        problems = [*_ended_well(ended, kind)]
        if does_without == bool(ended.error):
            problems.append(f"it did not end as it should: {ended.error or 'it was built'}")
        later = system_calls.run(lambda: self._afterwards(work))
        if later.signal or later.error:
            return Point(scenario, kind, 1, kind, [*problems, f"later: {later.signal or later.error}"])
        left, again, final = later.value
        problems += [*self._serves(scenario, ended, left), *self._is_whole(scenario, again, final)]
        return Point(scenario, kind, 1, kind, problems)

    def _afterwards(self, work: Path) -> tuple[Any, Any, Any]:
        """Return what is left of a build, the generation that another build makes, and what is there then."""
        return look(index_in(work)), self._build(work, rebuild=False), look(index_in(work))

    def _serves(self, scenario: str, ended: Ended, left: Any) -> Iterator[str]:
        """Yield what is wrong with what a disturbed build left: the generation before, or the new one, must answer."""
        before, after, found = self._before[scenario], self._after[scenario], left
        if ended.value and not same(found["content"], after["content"]):
            yield "the build reported success, and its articles do not answer"
        if found["content"] is None:
            if before["content"] is not None or found["error"] != "NoIndexError":
                yield f"nothing answers: {found['error']}"
            return
        if not any(same(found["content"], one["content"]) for one in (before, after)):
            yield "neither the articles before nor the new ones answer"
        # A first build that ends between its last two renames: whole, and in force as soon as it is asked.
        nameless = before["content"] is None and found["current"] is None
        if not nameless and (found["warnings"] or not all(good for good, _ in found["findings"])):
            yield f"damage is found: {found['warnings']} {found['findings']}"
        if nameless and [good for good, _ in found["findings"]] != [False, True]:
            yield f"damage is found: {found['findings']}"

    def _is_whole(self, scenario: str, built: str, found: Any) -> Iterator[str]:
        """Yield what is wrong after another build, which nothing disturbed."""
        after = self._after[scenario]
        if found["current"] != built:
            yield "CURRENT is not what was built"
        if not same(found["content"], after["content"]):
            yield "other articles answer than after an undisturbed build"
        if found["warnings"] or not all(good for good, _ in found["findings"]):
            yield f"damage is found: {found['warnings']} {found['findings']}"
        if found["parts"] != after["parts"] or found["strays"]:
            yield f"things are left over: {found['parts']} {found['strays']}"

    def _build(self, work: Path, *, rebuild: bool) -> str:
        return build(index_in(work), BuildOptions([str(self._articles)], rebuild=rebuild), lambda *_: None).generation

    def _template(self, scenario: str) -> Path:
        return self._folder / "templates" / scenario.replace(" ", "-")

    def work(self, scenario: str, label: str) -> Path:
        """Return a folder with a fresh copy of what a scenario builds upon: the index, and nothing noted of it."""
        work = self._folder / "work" / f"{scenario.replace(' ', '-')}-{label}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        template = self._template(scenario) / "index"
        if template.exists():
            shutil.copytree(template, work / "index", copy_function=_copied)
        return work

    def _write(self, articles: Mapping[str, str]) -> None:
        shutil.rmtree(self._articles, ignore_errors=True)
        self._articles.mkdir()
        for name, text in articles.items():
            (self._articles / name).write_text(text, "utf-8")


def _ended_well(ended: Ended, kind: str) -> Iterator[str]:
    if kind == "kill":
        if ended.signal != 9:
            yield f"it was not killed: {ended}"
    elif ended.signal:
        yield f"it died of signal {ended.signal}"
    elif ended.error and ("OnrecordError" not in ended.error_kinds or "\n" in ended.error):
        yield f"the error is no line for people: {ended.error}"


def succeeded(ended: Ended) -> Any:
    if ended.error or ended.signal:
        raise RuntimeError(ended.error or f"died of signal {ended.signal}")
    return ended.value


def _load() -> None:
    """Load once what every build needs, starting no thread."""
    for role, model in (("encoder", registry.DEFAULT_ENCODER), ("reranker", registry.DEFAULT_RERANKER)):
        succeeded(system_calls.run(lambda model=model, role=role: str(registry.prepare(model, role))))  # may load torch
    once = weights_hashed_once(files.hash_file)
    for module in (manifest, sealing):
        module.hash_file = once
    card.file_sha256 = registry.file_sha256 = weights_hashed_once(card.file_sha256)
    finder = functools.cache(QuotationFinder)
    derived.QuotationFinder = finder
    derived.CHUNK, derived.KEPT = 2, 1  # so that the work of builds as small as these is kept too
    derived.Encoder = models.Encoder = encoder_of
    encoder_of(registry.prepare(registry.DEFAULT_ENCODER, "encoder"))
    for role, model in (("encoder", registry.DEFAULT_ENCODER), ("reranker", registry.DEFAULT_RERANKER)):
        for path in registry.prepare(model, role).iterdir():
            once(path)
    for _ in finder().read([Article("a", "t", ("“No,” Ada Brandvold said.",))]):
        pass
    if len([*Path("/proc/self/task").iterdir()]) > 1:
        raise RuntimeError("there are threads, which fork leaves behind")
    gc.collect()
    gc.freeze()  # what the collector touches would be copied in every child


def _copied(source: str, target: str) -> None:
    """Share large files, which nothing changes, and copy the others."""
    if Path(source).stat().st_size > 1_000_000:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
