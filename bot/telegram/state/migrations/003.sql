-- Articles that admins sent, shown as they were understood, not saved yet.
-- topic: of a forum, or NULL; name: of the file that it will be saved as; held: of the file in the folder of drafts.
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat INTEGER NOT NULL,
    topic INTEGER,
    language TEXT NOT NULL,
    made REAL NOT NULL,
    name TEXT NOT NULL,
    held TEXT NOT NULL,
    title TEXT NOT NULL
);

-- What is to be built, and who is to be told when it is.
-- kind: what it is built for; title: of the article, or empty; file: its name in the folder of articles, or empty;
-- message: id of the message that shows how far it is, or NULL.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat INTEGER NOT NULL,
    topic INTEGER,
    language TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'remove', 'reindex')),
    title TEXT NOT NULL,
    file TEXT NOT NULL,
    message INTEGER
);
