"""Nothing that is read from an index, however hostile, executes anything."""

from __future__ import annotations

import ast
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from conftest import ARTICLES, Refresh, Write

from index.core.errors import DamagedError
from index.generations.generation import IndexFolder, open_current
from index.store.records import Records
from tests.resealed import reseal

ROOT = ARTICLES.parent.parent
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "code",
    "codeop",
    "jsonpickle",
}
CALLS = {"eval", "exec", "compile", "__import__", "execfile"}
UNSAFE = {"load_extension", "enable_load_extension", "allow_pickle", "unsafe_load", "read_pickle", "set_authorizer"}


def _suspicious(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name.partition(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                yield module
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield name
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) if name in UNSAFE:
                yield name


@pytest.mark.parametrize("folder", ["index", "retrieval", "bot"])
def test_no_module_of_ours_unpickles_or_evaluates(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert len(files) > 20
    assert {str(file): found for file in files if (found := list(_suspicious(ast.parse(file.read_text()))))} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from marshal import loads",
        "eval('1')",
        "np.load(f, allow_pickle=True)",
        "db.load_extension('x')",
    ],
)
def test_such_a_module_would_be_noticed(code: str) -> None:
    assert list(_suspicious(ast.parse(code)))


HOSTILE = {
    "a view": "ALTER TABLE passages RENAME TO real; CREATE VIEW passages AS SELECT id, article, paragraph, "
    "{call} AS text FROM real;",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON passages BEGIN SELECT {call}; END;",
    "an index": "PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('index', 'i', 'passages', 0, "
    "'CREATE INDEX i ON passages (id) WHERE {quoted}');",
    "a virtual table": "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'passages'; INSERT INTO "
    "sqlite_master VALUES ('table', 'passages', 'passages', 0, "
    "'CREATE VIRTUAL TABLE passages USING csv(filename=\"/etc/passwd\")');",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_database_can_do_nothing(
    index: IndexFolder, refresh: Refresh, articles: Write, tmp_path: Path, kind: str
) -> None:
    refresh(articles({"ferry.txt": "The ferry stays.\n"}))
    path, made = tmp_path / "hostile.sqlite", tmp_path / "made"
    shutil.copyfile(index.generations / index.current() / "articles.sqlite", path)
    call = f"load_extension('{made}')"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(HOSTILE[kind].format(call=call, quoted=call.replace("'", "''")))
    before = path.read_bytes()
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.OperationalError, match="not authorized"):
        db.execute("SELECT load_extension('x')")
    texts = []
    try:
        with closing(Records.open(path)) as records:
            texts = [row.text for row in records.passages(records.passage_ids()).values()]
    except (DamagedError, sqlite3.Error):
        pass
    assert texts in ([], ["The ferry stays."])
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("hostile.sqlite-*"))


def test_a_journal_or_a_log_beside_a_database_is_not_played_back(
    index: IndexFolder, refresh: Refresh, articles: Write
) -> None:
    refresh(articles({"ferry.txt": "The ferry stays.\n"}))
    path = open_current(index, pytest.fail).records_path
    before = path.read_bytes()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE passages SET text = 'The ferry goes.'")
        db.commit()
        kept = path.with_name(f"{path.name}-wal").read_bytes()
    path.write_bytes(before)
    path.with_name(f"{path.name}-wal").write_bytes(kept)
    path.with_name(f"{path.name}-journal").write_bytes(kept)
    with closing(open_current(index, pytest.fail).open_records()) as records:
        assert [row.text for row in records.passages(records.passage_ids()).values()] == ["The ferry stays."]
    assert path.read_bytes() == before


def test_a_generation_whose_manifest_names_files_elsewhere_only_has_them_hashed(
    index: IndexFolder, refresh: Refresh, articles: Write, tmp_path: Path
) -> None:
    """Whoever makes an index by hand can seal what they like; such a name is that of a file, and no more."""
    files = index.manifest(refresh(articles({"ferry.txt": "The ferry stays.\n"})).generation).files
    (tmp_path / "secret").write_text("secret")
    sealed = {name: asdict(seal) for name, seal in files.items()}
    reseal(index, files=sealed | {"../../../secret": {"size": 6, "sha256": "0" * 64}})
    with pytest.raises(DamagedError, match="was changed after it was sealed") as error:
        open_current(index, pytest.fail)
    assert "secret:" in str(error.value)
    assert (tmp_path / "secret").read_text() == "secret"
