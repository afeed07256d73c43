-- Whom and what a chat wants to hear of.
-- topic: of a forum, or NULL; person: who asked for it, or NULL; speaker: a canonical name, empty for anybody's;
-- about: empty for all that the speaker says; language: of the texts, as an ISO 639-1 code;
-- seen: the look up to which the chat was told, or is about to be by what stands in alerts.
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

-- What a chat is still to be told.
-- due: not before; attempts: how often it was tried; sending: 1 from before it is sent until it is known to have arrived;
-- content: the passages, as JSON.
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

-- The latest look at a generation.
CREATE TABLE looks (
    number INTEGER PRIMARY KEY,
    generation TEXT NOT NULL
);

-- What was ever seen in the articles, and in which look first.
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
