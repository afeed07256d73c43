-- Who may use the bot, beside those whom the settings name.
-- id: a person's (positive) or a group's (negative); since: seconds since 1970; name: as Telegram showed it then.
CREATE TABLE allowed (
    id INTEGER PRIMARY KEY,
    admin INTEGER NOT NULL CHECK (admin IN (0, 1)),
    since REAL NOT NULL,
    name TEXT NOT NULL
);

-- Codes that pair, by a hash: what reads this file cannot use them. used_by: the id that sent one.
CREATE TABLE codes (
    hash TEXT PRIMARY KEY,
    admin INTEGER NOT NULL CHECK (admin IN (0, 1)),
    expires REAL NOT NULL,
    used_by INTEGER
) WITHOUT ROWID;

-- Wrong codes sent from a chat lately.
CREATE TABLE guesses (
    chat INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    since REAL NOT NULL
);

-- What a running bot tells to commands beside it, such as the name it goes by.
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
