-- The servers of an installation, and which of them has which duty of which bot. Times are by the database's clock,
-- which all of them share. A hold that nobody has is of node 0.
CREATE TABLE nodes (
  id BIGINT NOT NULL, name TEXT NOT NULL, roles TEXT NOT NULL, started_at BIGINT NOT NULL,
  seen_until BIGINT NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE TABLE holds (
  bot_id BIGINT NOT NULL, duty BIGINT NOT NULL, node BIGINT NOT NULL, fence BIGINT NOT NULL,
  held_until BIGINT NOT NULL, PRIMARY KEY (bot_id, duty)) WITHOUT ROWID;
