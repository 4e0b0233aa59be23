-- Uploaded files. The bytes are in the database, in parts, so that every node has them and a backup is whole.
CREATE TABLE media (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, content_type TEXT COLLATE "C" NOT NULL,
  byte_count BIGINT NOT NULL, width BIGINT, height BIGINT, hash TEXT COLLATE "C" NOT NULL, ready BIGINT NOT NULL,
  created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id));
CREATE INDEX media_hash ON media (workspace_id, hash);
CREATE TABLE media_parts (
  workspace_id BIGINT NOT NULL, media BIGINT NOT NULL, part BIGINT NOT NULL, bytes BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, media, part));
-- What Telegram calls a file that a bot has uploaded: it is sent by this id from then on.
CREATE TABLE media_sent (
  bot_id BIGINT NOT NULL, media BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL, file_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (bot_id, media, kind));
