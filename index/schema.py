"""The tables of the records."""

from __future__ import annotations

# AUTOINCREMENT: an id that was removed is never given again, so a vector can never come to lie under another passage.
ARTICLES = """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, outlet TEXT, date TEXT,
    place TEXT, url TEXT, file TEXT NOT NULL, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL, source TEXT NOT NULL,
    byline TEXT, language TEXT, date_from TEXT);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    paragraph INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (article, paragraph));
CREATE TABLE quotations (
    passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    kind TEXT NOT NULL, speaker TEXT, cue TEXT, number INTEGER NOT NULL);
CREATE TABLE speakers (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, name TEXT NOT NULL, kind TEXT NOT NULL,
    gender TEXT, roles TEXT NOT NULL, aliases TEXT NOT NULL, quotations INTEGER NOT NULL,
    family TEXT NOT NULL, person INTEGER);
CREATE TABLE versions (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, number INTEGER NOT NULL, title TEXT NOT NULL,
    outlet TEXT, date TEXT, url TEXT, sha256 TEXT NOT NULL, paragraphs TEXT NOT NULL, PRIMARY KEY (article, number));
CREATE TABLE files (
    source TEXT NOT NULL, name TEXT NOT NULL, readers INTEGER NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    entered INTEGER NOT NULL, inode INTEGER NOT NULL, articles INTEGER NOT NULL, complaints TEXT NOT NULL,
    PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE INDEX quotations_by_passage ON quotations (passage, start);
CREATE INDEX quotations_by_speaker ON quotations (speaker, passage);
CREATE INDEX speakers_by_article ON speakers (article);
CREATE INDEX speakers_by_family ON speakers (family);
CREATE INDEX speakers_by_person ON speakers (person);
"""

# People are speakers joined across articles. `article` and `line` tell where one is found first; `names`, `roles` and
# `offices` are JSON. `first` and `last` tell whether a word begins or ends a name of a person; both are 0 for others.
PEOPLE = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY, family TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, gender TEXT,
    quotations INTEGER NOT NULL, article INTEGER NOT NULL, line INTEGER NOT NULL, plain TEXT NOT NULL,
    names TEXT NOT NULL, roles TEXT NOT NULL, offices TEXT NOT NULL);
CREATE TABLE people_words (
    word TEXT NOT NULL, person INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (word, person)) WITHOUT ROWID;
CREATE TABLE office_words (word TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (word, person)) WITHOUT ROWID;
CREATE INDEX people_by_family ON people (family);
CREATE INDEX people_by_name ON people (name);
CREATE INDEX people_by_rank ON people (quotations DESC, name, article, line);
CREATE TABLE changed_families (family TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER speaker_added AFTER INSERT ON speakers BEGIN
    INSERT OR IGNORE INTO changed_families VALUES (new.family);
END;
CREATE TRIGGER speaker_removed AFTER DELETE ON speakers BEGIN
    INSERT OR IGNORE INTO changed_families VALUES (old.family);
END;
"""

SCHEMA = ARTICLES + PEOPLE
