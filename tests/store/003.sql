PRAGMA user_version = 3;
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
CREATE TABLE follows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat INTEGER NOT NULL,
    topic INTEGER,
    person INTEGER,
    speaker TEXT NOT NULL,
    about TEXT NOT NULL,
    language TEXT NOT NULL,
    seen INTEGER NOT NULL,
    since REAL NOT NULL
);
CREATE UNIQUE INDEX follows_of_chat ON follows (chat, speaker, about);
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    follow INTEGER NOT NULL REFERENCES follows ON DELETE CASCADE,
    made REAL NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL,
    sending INTEGER NOT NULL CHECK (sending IN (0, 1)),
    content TEXT NOT NULL
);
CREATE INDEX alerts_of_follow ON alerts (follow);
CREATE TABLE looks (
    number INTEGER PRIMARY KEY,
    generation TEXT NOT NULL
);
CREATE TABLE seen_articles (
    name TEXT PRIMARY KEY,
    print TEXT NOT NULL,
    newest INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_articles_by_look ON seen_articles (newest);
CREATE TABLE seen_texts (
    story BLOB NOT NULL,
    digest BLOB NOT NULL,
    sketch BLOB NOT NULL,
    look INTEGER NOT NULL,
    PRIMARY KEY (story, digest)
) WITHOUT ROWID;
CREATE INDEX seen_texts_by_digest ON seen_texts (digest, look);
CREATE TABLE seen_words (
    digest BLOB PRIMARY KEY,
    look INTEGER NOT NULL
) WITHOUT ROWID;
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
INSERT INTO allowed VALUES (7, 1, 1924992000.5, 'Ada Ferrymore'), (-1007, 0, 1924992001.0, 'Newsroom “Ørsted”');
INSERT INTO codes VALUES ('c0ffee', 1, 1924992600.0, NULL), ('c0ffee2', 0, 1924992600.0, 7);
INSERT INTO guesses VALUES (9, 3, 1924992002.0);
INSERT INTO facts VALUES ('username', 'quillhaven_bot');
INSERT INTO follows VALUES (1, 7, NULL, 7, 'Adela Brandvold', '', 'en', 4, 1924992003.0), (2, -1007, 12, NULL, '', 'the ferry', 'en', 4, 1924992004.0);
INSERT INTO alerts VALUES (1, 2, 1924992005.0, 1924992005.0, 1, 1, '{"hits": [], "count": 0, "articles": 0}');
INSERT INTO looks VALUES (5, '20310101T000000.000000Z-00');
INSERT INTO seen_articles VALUES ('pledge.txt', '3:c0ffee', 5);
INSERT INTO seen_texts VALUES (x'0102030405060708', x'0807060504030201', x'00ff', 5);
INSERT INTO seen_words VALUES (x'1112131415161718', 4);
INSERT INTO drafts VALUES (1, 7, NULL, 'en', 1924992006.0, 'the-pier-abcdefghijkl.txt', '0f.txt', 'The pier');
INSERT INTO jobs VALUES (1, 7, 12, 'en', 'add', 'The pier', 'the-pier-abcdefghijkl.txt', 41), (2, 7, NULL, 'en', 'reindex', '', '', NULL);
