-- How many days each workspace keeps what; NULL is for ever. A workspace without a row has the defaults.
CREATE TABLE retention (
  workspace_id BIGINT NOT NULL, version BIGINT NOT NULL, texts_days BIGINT, raw_days BIGINT, visits_days BIGINT,
  notes_days BIGINT, changed_at BIGINT NOT NULL, changed_by BIGINT, PRIMARY KEY (workspace_id)) WITHOUT ROWID;
-- Up to where everything is blank already, so that nobody looks there again: a number or an id. bot_id is 0 for what
-- belongs to no bot.
CREATE TABLE retention_marks (
  workspace_id BIGINT NOT NULL, bot_id BIGINT NOT NULL, what TEXT NOT NULL, mark BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, bot_id, what)) WITHOUT ROWID;
