-- Version 1 of the tables in which accounts live.
--
-- Each record is kept whole, as JSON, in the column `record`; beside it stand only the facts that are searched by.
-- `stamp` names the commit that wrote it. Times are microseconds since 1970-01-01T00:00:00Z.
-- An index costs every commit that touches it a page of the write-ahead log: each one here is what some query walks.
-- The only thing here that others may rest on is accountable_account (id), as the target of a foreign key.

CREATE TABLE accountable_schema (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    product     TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    incarnation BLOB    NOT NULL CHECK (length(incarnation) = 16)
) STRICT;

-- With a rowid: records grow beyond what a row of a tree without one keeps in its own page.
CREATE TABLE accountable_account (
    id              BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    realm           TEXT NOT NULL,
    stamp           BLOB NOT NULL CHECK (length(stamp) = 16),
    standing        TEXT NOT NULL,
    status          TEXT NOT NULL, -- empty once it is erased
    ip_filter_group TEXT,
    due             INTEGER,
    purged_at       INTEGER, -- of a sign-up that nobody proved: the row may go
    last_log_in     INTEGER, -- the day, counted from 1970-01-01; none while none was noted
    record          TEXT NOT NULL
) STRICT;
-- Pages by name and counts: a filter picks from few standings and statuses, and each pair of them is in order of names.
CREATE INDEX accountable_account_listed
    ON accountable_account (realm, standing, status, id);
CREATE INDEX accountable_account_grouped
    ON accountable_account (realm, ip_filter_group, id) WHERE ip_filter_group IS NOT NULL;
CREATE INDEX accountable_account_due
    ON accountable_account (realm, due, id) WHERE due IS NOT NULL;
CREATE INDEX accountable_account_purged
    ON accountable_account (realm, purged_at) WHERE purged_at IS NOT NULL;

-- What an account holds against all others of its realm: the key it is found by, and those kept for it.
CREATE TABLE accountable_email_key (
    realm   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    account BLOB    NOT NULL CHECK (length(account) = 16),
    own     INTEGER NOT NULL CHECK (own IN (0, 1)), -- 0: only reserved
    PRIMARY KEY (realm, key)
) STRICT, WITHOUT ROWID;

-- Which keys an account's sealed hashes rest on.
CREATE TABLE accountable_seal (
    realm   TEXT NOT NULL,
    key     TEXT NOT NULL,
    account BLOB NOT NULL CHECK (length(account) = 16),
    PRIMARY KEY (realm, key, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE accountable_address (
    tag           BLOB NOT NULL PRIMARY KEY CHECK (length(tag) = 32),
    stamp         BLOB NOT NULL CHECK (length(stamp) = 16),
    suppressed_in TEXT, -- the realm that must not mail to it
    idle_from     INTEGER, -- from then on nobody needs it; none while it must be kept
    record        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accountable_address_suppressed
    ON accountable_address (suppressed_in, tag) WHERE suppressed_in IS NOT NULL;
CREATE INDEX accountable_address_idle
    ON accountable_address (idle_from) WHERE idle_from IS NOT NULL;

CREATE TABLE accountable_mail (
    id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    realm   TEXT NOT NULL,
    stamp   BLOB NOT NULL CHECK (length(stamp) = 16),
    account BLOB, -- an intent does not say
    domain  BLOB, -- the tag of the domain that it goes to; none for an intent
    due     INTEGER, -- none once it is dead
    dead_at INTEGER,
    record  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- With the domain, so that mails to a crowded one are passed over without a look at their records.
CREATE INDEX accountable_mail_due
    ON accountable_mail (realm, due, id, domain) WHERE due IS NOT NULL;
CREATE INDEX accountable_mail_sent_to
    ON accountable_mail (account, id) WHERE account IS NOT NULL;
CREATE INDEX accountable_mail_dead
    ON accountable_mail (realm, id) WHERE dead_at IS NOT NULL;
CREATE INDEX accountable_mail_dead_since
    ON accountable_mail (realm, dead_at) WHERE dead_at IS NOT NULL;

CREATE TABLE accountable_ip_filter_group (
    realm  TEXT NOT NULL,
    name   TEXT NOT NULL,
    stamp  BLOB NOT NULL CHECK (length(stamp) = 16),
    record TEXT NOT NULL,
    PRIMARY KEY (realm, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE accountable_note (
    realm  TEXT NOT NULL,
    name   TEXT NOT NULL,
    stamp  BLOB NOT NULL CHECK (length(stamp) = 16),
    record TEXT NOT NULL,
    PRIMARY KEY (realm, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE accountable_level (
    tag     BLOB    NOT NULL PRIMARY KEY CHECK (length(tag) = 32),
    level   INTEGER NOT NULL,
    horizon INTEGER NOT NULL -- so far ahead of the present it can rightly lie
) STRICT, WITHOUT ROWID;
CREATE INDEX accountable_level_spent
    ON accountable_level (level, tag, horizon);

-- The journal lies realm by realm. One writer at a time: within a realm, the order of `seq` is the order of the commits.
CREATE TABLE accountable_event (
    realm     TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    commit_id BLOB    NOT NULL CHECK (length(commit_id) = 16),
    account   BLOB,
    at        INTEGER NOT NULL,
    stray     INTEGER CHECK (stray = 1), -- its account is none, or may have no row, or be a purged sign-up
    record    TEXT    NOT NULL,
    PRIMARY KEY (realm, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX accountable_event_history
    ON accountable_event (account, seq) WHERE account IS NOT NULL;
CREATE INDEX accountable_event_stray
    ON accountable_event (realm, at) WHERE stray IS NOT NULL;

-- How far each realm's journal was cut, so that no number returns and no cursor from before passes for a good one.
CREATE TABLE accountable_journal (
    realm   TEXT    NOT NULL PRIMARY KEY,
    trimmed INTEGER NOT NULL, -- the last event that was removed from the beginning
    last    INTEGER NOT NULL  -- the last event that was removed at all
) STRICT, WITHOUT ROWID;
