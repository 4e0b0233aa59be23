-- Presses of the last moments: one that a client sends again is recognised.
CREATE TABLE presses_seen (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, message_id BIGINT NOT NULL, data TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY (bot_id, contact, message_id, data));
CREATE INDEX presses_seen_at ON presses_seen (bot_id, at);
-- What a workspace's bots understand and say by themselves.
CREATE TABLE phrases (
  workspace_id BIGINT NOT NULL, version BIGINT NOT NULL, value TEXT COLLATE "C" NOT NULL, changed_at BIGINT NOT NULL,
  changed_by BIGINT, PRIMARY KEY (workspace_id));
