"""What the source tells of itself, as `ast` reads it: functions, docstrings, raised errors, imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "retrieval", "index")
"""In the order of the arrows: each may import those after it."""

UNSAFE = frozenset("pickle cPickle dill cloudpickle shelve marshal joblib".split())
"""Modules that make objects, or run code, of what they read."""

BUILDS = frozenset("torch sentence_transformers transformers spacy".split())
"""What only building may load, never a question."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Defined = ast.ClassDef | _Function


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method, nested ones among them.

    Attributes:
        place: file, line and name.
        lines: from `def` to the end, docstring and comments counted.
        annotated: whether every parameter and the result have a type.
    """

    place: str
    lines: int
    annotated: bool


@dataclass(frozen=True, slots=True)
class Module:
    """One file of Python.

    Attributes:
        path: relative to the root of the project.
        lines: all of them, as `wc -l` counts.
        tree: the whole of it.
    """

    path: str
    lines: int
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its name where it is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def first_line(self) -> str:
        """What it says it is for; empty where it does not say."""
        return (ast.get_docstring(self.tree) or "").partition("\n")[0]


def modules(folder: str, root: Path = ROOT) -> list[Module]:
    """Return the modules of a folder, those below it among them, by path."""
    texts = {path: path.read_text("utf-8") for path in sorted((root / folder).rglob("*.py"))}
    return [
        Module(path.relative_to(root).as_posix(), text.count("\n"), ast.parse(text, str(path)))
        for path, text in texts.items()
    ]


@cache
def functions(module: Module) -> list[Function]:
    """Return the functions of a module in the order in which they stand."""
    return [
        Function(f"{module.path}:{node.lineno} {node.name}", _lines(node), _is_annotated(node))
        for node in ast.walk(module.tree)
        if isinstance(node, _Function)
    ]


def undocumented(module: Module) -> list[str]:
    """Return the public classes, functions and methods without a docstring, special methods apart."""
    return [f"{module.path}:{node.lineno} {node.name}" for node in public(module) if not ast.get_docstring(node)]


def untold_errors(module: Module, documented: dict[str, frozenset[str]]) -> list[str]:
    """Return the public functions that raise one of the documented errors without a word of it in their docstring.

    Only what stands in the function itself is seen, and only by the name of the class; what a `try` around it catches
    by the same name does not leave the function.

    Args:
        module: which.
        documented: the names of the errors, each with those that tell of it: its own, and those of its bases.
    """
    return [
        f"{module.path}:{node.lineno} {node.name}: {error}"
        for node in public(module)
        if isinstance(node, _Function)
        for error in sorted(set(_raised(node)) & documented.keys())
        if not any(name in (ast.get_docstring(node) or "") for name in documented[error])
    ]


def classes(module: Module) -> dict[str, frozenset[str]]:
    """Return the classes of a module, each with its own name and those of its bases that the module defines."""
    found: dict[str, frozenset[str]] = {}
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef):
            bases = [found.get(base.id, frozenset()) for base in node.bases if isinstance(base, ast.Name)]
            found[node.name] = frozenset({node.name}).union(*bases)
    return found


def public(module: Module) -> Iterator[_Defined]:
    """Yield what a module offers: public classes, functions, and methods of public classes."""
    pending: list[ast.stmt] = list(module.tree.body)
    for node in pending:
        if isinstance(node, _Defined) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                pending.extend(node.body)


@cache
def imported(module: Module, *, when_loaded: bool = False) -> dict[str, int]:
    """Return the modules that a module imports, with the line of the first import.

    Args:
        module: which.
        when_loaded: leave out what is imported only for types, or only when a function runs.
    """
    found: dict[str, int] = {}
    for node in _loaded(module.tree) if when_loaded else ast.walk(module.tree):
        for name in _names(node):
            found.setdefault(name, getattr(node, "lineno", 0))
    return found


def against_the_arrows(module: Module) -> list[str]:
    """Return the imports of a module that point at a room before its own."""
    room = module.path.partition("/")[0]
    forbidden = ROOMS[: ROOMS.index(room)]
    return [
        f"{module.path}:{line} {name}" for name, line in imported(module).items() if name.partition(".")[0] in forbidden
    ]


def reached(start: str, every: list[Module]) -> dict[str, str]:
    """Return the modules that are loaded with a module, ours and others', each with one that imports it."""
    by_name = {module.name: module for module in every}
    ours = {name.partition(".")[0] for name in by_name}
    found = {start: ""}
    pending = [start]
    for name in pending:
        if name in by_name:
            wanted = {part for one in imported(by_name[name], when_loaded=True) for part in _with_packages(one)}
            # Of ours, what no file has is a name within a module.
            new = {one for one in wanted - found.keys() if one in by_name or one.partition(".")[0] not in ours}
            found.update(dict.fromkeys(sorted(new), name))
            pending.extend(sorted(new))
    return found


def _with_packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _lines(node: _Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_annotated(node: _Function) -> bool:
    given = node.args
    all_of_them = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    typed = [one.annotation is not None for one in all_of_them if one and one.arg not in {"self", "cls"}]
    return all(typed) and node.returns is not None


def _raised(node: ast.AST, caught: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names of the errors that leave a function by a `raise` of its own."""
    if isinstance(node, ast.Raise) and node.exc is not None:
        called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(called, ast.Name) and called.id not in caught:
            yield called.id
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _Defined | ast.Lambda):
            inside = isinstance(node, ast.Try) and child in node.body
            yield from _raised(child, caught | _handled(node) if inside and isinstance(node, ast.Try) else caught)


def _handled(node: ast.Try) -> frozenset[str]:
    types = (handler.type for handler in node.handlers)
    return frozenset(one.id for kind in types if kind for one in ast.walk(kind) if isinstance(one, ast.Name))


def _loaded(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is loaded."""
    for child in ast.iter_child_nodes(node):
        only_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        if not only_for_types and not isinstance(child, _Function | ast.Lambda):
            yield child
            yield from _loaded(child)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        # "from index import durable" names a module, "from index.core.files import sync" a function.
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
