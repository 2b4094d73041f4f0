-- Version 1 of the tables in which accounts live.
--
-- Each record is kept whole, as JSON, in the column `record`; beside it stand only the facts that are searched by.
-- `stamp` names the commit that wrote it. Times are microseconds since 1970-01-01T00:00:00Z.
-- The only thing here that others may rest on is accountable_account (id), as the target of a foreign key.

CREATE TABLE accountable_schema (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    product     TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    incarnation BLOB    NOT NULL CHECK (length(incarnation) = 16),
    trimmed     INTEGER NOT NULL -- the last event of the journal that was removed; 0 while none was
) STRICT;

CREATE TABLE accountable_account (
    id              BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    realm           TEXT NOT NULL,
    stamp           BLOB NOT NULL CHECK (length(stamp) = 16),
    status          TEXT, -- none once it is erased
    standing        TEXT NOT NULL,
    ip_filter_group TEXT,
    due             INTEGER,
    record          TEXT NOT NULL
) STRICT;
-- Covers counting, and pages by name: only what matches is fetched.
CREATE INDEX accountable_account_listed
    ON accountable_account (realm, id, status, standing, ip_filter_group);
CREATE INDEX accountable_account_grouped
    ON accountable_account (realm, ip_filter_group, id) WHERE ip_filter_group IS NOT NULL;
CREATE INDEX accountable_account_due
    ON accountable_account (realm, due, id) WHERE due IS NOT NULL;

-- What an account holds against all others of its realm: the key it is found by, and those kept for it.
CREATE TABLE accountable_email_key (
    realm   TEXT NOT NULL,
    key     TEXT NOT NULL,
    account BLOB NOT NULL REFERENCES accountable_account (id),
    kind    TEXT NOT NULL CHECK (kind IN ('own', 'reserved')),
    PRIMARY KEY (realm, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX accountable_email_key_held
    ON accountable_email_key (account);

-- Which keys an account's sealed hashes rest on.
CREATE TABLE accountable_seal (
    realm   TEXT NOT NULL,
    key     TEXT NOT NULL,
    account BLOB NOT NULL,
    PRIMARY KEY (realm, key, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE accountable_address (
    tag           BLOB NOT NULL PRIMARY KEY CHECK (length(tag) = 32),
    stamp         BLOB NOT NULL CHECK (length(stamp) = 16),
    suppressed_in TEXT, -- the realm that must not mail to it
    idle_since    INTEGER, -- none while it must be kept
    record        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accountable_address_suppressed
    ON accountable_address (suppressed_in, tag) WHERE suppressed_in IS NOT NULL;
CREATE INDEX accountable_address_idle
    ON accountable_address (idle_since) WHERE idle_since IS NOT NULL;

CREATE TABLE accountable_mail (
    id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    realm   TEXT NOT NULL,
    stamp   BLOB NOT NULL CHECK (length(stamp) = 16),
    account BLOB, -- an intent does not say
    due     INTEGER, -- none once it is dead
    dead_at INTEGER,
    record  TEXT NOT NULL
) STRICT;
CREATE INDEX accountable_mail_due
    ON accountable_mail (realm, due, id) WHERE due IS NOT NULL;
CREATE INDEX accountable_mail_sent_to
    ON accountable_mail (account, id) WHERE account IS NOT NULL;
CREATE INDEX accountable_mail_dead
    ON accountable_mail (realm, id) WHERE dead_at IS NOT NULL;
CREATE INDEX accountable_mail_dead_since
    ON accountable_mail (dead_at) WHERE dead_at IS NOT NULL;

CREATE TABLE accountable_ip_filter_group (
    realm  TEXT NOT NULL,
    name   TEXT NOT NULL,
    stamp  BLOB NOT NULL CHECK (length(stamp) = 16),
    record TEXT NOT NULL,
    PRIMARY KEY (realm, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE accountable_level (
    tag   BLOB    NOT NULL PRIMARY KEY CHECK (length(tag) = 32),
    level INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accountable_level_spent
    ON accountable_level (level);

-- One writer at a time: the order of `seq` is the order of the commits. AUTOINCREMENT: a number never returns,
-- even when the newest event is removed.
CREATE TABLE accountable_event (
    seq       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    commit_id BLOB    NOT NULL CHECK (length(commit_id) = 16),
    ordinal   INTEGER NOT NULL,
    realm     TEXT    NOT NULL,
    account   BLOB,
    at        INTEGER NOT NULL,
    record    TEXT    NOT NULL,
    UNIQUE (commit_id, ordinal)
) STRICT;
CREATE INDEX accountable_event_fed
    ON accountable_event (realm);
CREATE INDEX accountable_event_history
    ON accountable_event (account) WHERE account IS NOT NULL;
