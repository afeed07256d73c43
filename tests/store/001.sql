PRAGMA user_version = 1;
CREATE TABLE allowed (
    id INTEGER PRIMARY KEY,
    admin INTEGER NOT NULL CHECK (admin IN (0, 1)),
    since REAL NOT NULL,
    name TEXT NOT NULL
);
CREATE TABLE codes (
    hash TEXT PRIMARY KEY,
    admin INTEGER NOT NULL CHECK (admin IN (0, 1)),
    expires REAL NOT NULL,
    used_by INTEGER
) WITHOUT ROWID;
CREATE TABLE guesses (
    chat INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    since REAL NOT NULL
);
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO allowed VALUES (7, 1, 1924992000.5, 'Ada Ferrymore'), (-1007, 0, 1924992001.0, 'Newsroom “Ørsted”');
INSERT INTO codes VALUES ('c0ffee', 1, 1924992600.0, NULL), ('c0ffee2', 0, 1924992600.0, 7);
INSERT INTO guesses VALUES (9, 3, 1924992002.0);
INSERT INTO facts VALUES ('username', 'quillhaven_bot');
