-- Columns keep to what PostgreSQL has as well: BIGINT (booleans and unix milliseconds too), DOUBLE PRECISION,
-- TEXT, and BLOB (BYTEA there). Tables that are read in the order of their key are clustered by it.

CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL) WITHOUT ROWID;

-- The team --------------------------------------------------------------------------------------------------
CREATE TABLE workspaces (
  id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, time_zone TEXT NOT NULL,
  stages_version BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE members (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  password_hash TEXT, last_assigned_at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX members_email ON members (email);
CREATE TABLE member_contacts (
  workspace_id BIGINT NOT NULL, member_id BIGINT NOT NULL, bot_id BIGINT NOT NULL, contact BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, member_id, bot_id)) WITHOUT ROWID;
-- One-time links: purpose is owner, invite or telegram.
CREATE TABLE one_time_links (
  token_hash TEXT NOT NULL PRIMARY KEY, workspace_id BIGINT NOT NULL, purpose TEXT NOT NULL, member_id BIGINT,
  bot_id BIGINT, expires_at BIGINT NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (
  token_hash TEXT NOT NULL PRIMARY KEY, workspace_id BIGINT NOT NULL, member_id BIGINT NOT NULL, id BIGINT NOT NULL,
  created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, user_agent TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX sessions_member ON sessions (workspace_id, member_id);
CREATE TABLE api_tokens (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, token_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL, used_at BIGINT, PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (token_hash);
CREATE TABLE idempotency (
  workspace_id BIGINT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status BIGINT NOT NULL,
  body TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, key)) WITHOUT ROWID;

-- What the team calls things --------------------------------------------------------------------------------
CREATE TABLE tags (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, color TEXT NOT NULL,
  description TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX tags_name ON tags (workspace_id, name);
CREATE TABLE attribute_keys (
  workspace_id BIGINT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (workspace_id, key)) WITHOUT ROWID;
CREATE TABLE segments (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, bot_id BIGINT NOT NULL, name TEXT NOT NULL,
  description TEXT NOT NULL, expression TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX segments_name ON segments (workspace_id, bot_id, name);
CREATE TABLE stages (
  workspace_id BIGINT NOT NULL, position BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL,
  color TEXT NOT NULL, expression TEXT NOT NULL, PRIMARY KEY (workspace_id, position)) WITHOUT ROWID;
CREATE TABLE templates (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, message TEXT NOT NULL,
  bot_id BIGINT, campaign BIGINT, created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
CREATE TABLE canned_replies (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;

-- Bots and their people -------------------------------------------------------------------------------------
-- next_event and next_contact are taken from here inside the appending transaction and never cached.
CREATE TABLE bots (
  id BIGINT NOT NULL PRIMARY KEY, workspace_id BIGINT NOT NULL, telegram_id BIGINT NOT NULL,
  username TEXT NOT NULL, name TEXT NOT NULL, token_sealed BLOB NOT NULL, status TEXT NOT NULL,
  bulk_per_second BIGINT, next_event BIGINT NOT NULL, next_contact BIGINT NOT NULL, poll_offset BIGINT,
  last_update_at BIGINT, last_error TEXT, last_error_at BIGINT, blocked_until BIGINT,
  ingest_failed BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE UNIQUE INDEX bots_telegram ON bots (telegram_id);
CREATE INDEX bots_workspace ON bots (workspace_id);
CREATE TABLE contacts (
  bot_id BIGINT NOT NULL, number BIGINT NOT NULL, telegram_id BIGINT NOT NULL, profile TEXT NOT NULL,
  name TEXT NOT NULL, username TEXT, source TEXT NOT NULL, attributes TEXT NOT NULL, blocked BIGINT NOT NULL,
  deactivated BIGINT NOT NULL, opted_out BIGINT NOT NULL, first_seen BIGINT NOT NULL, last_interaction BIGINT,
  imported_interaction BIGINT, erased BIGINT NOT NULL, PRIMARY KEY (bot_id, number)) WITHOUT ROWID;
CREATE UNIQUE INDEX contacts_telegram ON contacts (bot_id, telegram_id);
CREATE INDEX contacts_recent ON contacts (bot_id, last_interaction, number);
CREATE TABLE contact_tags (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, tag_id BIGINT NOT NULL, added_at BIGINT NOT NULL,
  origin TEXT NOT NULL, PRIMARY KEY (bot_id, contact, tag_id)) WITHOUT ROWID;
CREATE TABLE events (
  bot_id BIGINT NOT NULL, number BIGINT NOT NULL, contact BIGINT, at BIGINT NOT NULL, kind TEXT NOT NULL,
  object TEXT, campaign BIGINT, windows TEXT, data TEXT NOT NULL, PRIMARY KEY (bot_id, number)) WITHOUT ROWID;
CREATE INDEX events_contact ON events (bot_id, contact, number) WHERE contact IS NOT NULL;
CREATE INDEX events_campaign ON events (bot_id, campaign, kind) WHERE campaign IS NOT NULL;
-- Lives 48 hours: Telegram draws update ids anew after an idle week.
CREATE TABLE updates_seen (
  bot_id BIGINT NOT NULL, update_id BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (bot_id, update_id)) WITHOUT ROWID;
CREATE INDEX updates_seen_at ON updates_seen (bot_id, at);
CREATE TABLE conversations (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, status TEXT NOT NULL, assignee BIGINT, waiting_since BIGINT,
  unread BIGINT NOT NULL, last_at BIGINT NOT NULL, last_text TEXT NOT NULL, last_from TEXT NOT NULL,
  PRIMARY KEY (bot_id, contact)) WITHOUT ROWID;
CREATE INDEX conversations_recent ON conversations (bot_id, last_at, contact);
CREATE TABLE notes (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, id BIGINT NOT NULL, member_id BIGINT NOT NULL,
  at BIGINT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (bot_id, contact, id)) WITHOUT ROWID;

-- Flows -----------------------------------------------------------------------------------------------------
CREATE TABLE flows (
  bot_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, draft TEXT NOT NULL,
  published_version BIGINT, edit_version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (bot_id, id)) WITHOUT ROWID;
CREATE TABLE flow_versions (
  bot_id BIGINT NOT NULL, flow_id BIGINT NOT NULL, version BIGINT NOT NULL, graph TEXT NOT NULL,
  published_at BIGINT NOT NULL, PRIMARY KEY (bot_id, flow_id, version)) WITHOUT ROWID;
-- A person is in one flow at a time; the latest that was started.
CREATE TABLE flow_runs (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, flow_id BIGINT NOT NULL, version BIGINT NOT NULL,
  run TEXT NOT NULL, started_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (bot_id, contact)) WITHOUT ROWID;
-- name is "started", "ended", "node/<id>" or "option/<node>/<key>".
CREATE TABLE flow_counts (
  bot_id BIGINT NOT NULL, flow_id BIGINT NOT NULL, name TEXT NOT NULL, count BIGINT NOT NULL,
  PRIMARY KEY (bot_id, flow_id, name)) WITHOUT ROWID;

-- Sending ---------------------------------------------------------------------------------------------------
-- state: 0 pending, 1 leased, 2 sent, 3 failed, 4 blocked, 5 skipped, 6 unknown. lane: 0 agents, 1 flows, 2 tests.
CREATE TABLE outbox (
  bot_id BIGINT NOT NULL, id BIGINT NOT NULL, contact BIGINT NOT NULL, lane BIGINT NOT NULL, state BIGINT NOT NULL,
  params TEXT NOT NULL, author TEXT NOT NULL, again BIGINT NOT NULL, created_at BIGINT NOT NULL, at BIGINT,
  message_id BIGINT, reason TEXT, PRIMARY KEY (bot_id, id)) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (bot_id, lane, id) WHERE state = 0;
CREATE INDEX outbox_leased ON outbox (bot_id, id) WHERE state = 1;
CREATE INDEX outbox_contact ON outbox (bot_id, contact, id);

CREATE TABLE campaigns (
  bot_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, pause_reason TEXT,
  pause_detail TEXT, audience TEXT NOT NULL, message TEXT NOT NULL, held_out_percent DOUBLE PRECISION NOT NULL,
  canary BIGINT, send_up_to BIGINT NOT NULL, frozen_at BIGINT, frozen_number BIGINT, audience_count BIGINT NOT NULL,
  left_out BIGINT NOT NULL, version BIGINT NOT NULL, created_by BIGINT, created_at BIGINT NOT NULL,
  started_at BIGINT, finished_at BIGINT, PRIMARY KEY (bot_id, id)) WITHOUT ROWID;
-- The frozen sets, as portable roaring bitmaps: kind is audience, held_out, stage, tag or source.
CREATE TABLE campaign_sets (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, bitmap BLOB NOT NULL,
  PRIMARY KEY (bot_id, campaign, kind, key)) WITHOUT ROWID;
-- The frozen order, until the ledger is written: contact numbers of four little-endian bytes each.
CREATE TABLE campaign_orders (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, contacts BLOB NOT NULL,
  PRIMARY KEY (bot_id, campaign)) WITHOUT ROWID;
-- The ledger. state as in outbox, and 7 held out, 8 held out and its turn has come.
CREATE TABLE recipients (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, position BIGINT NOT NULL, contact BIGINT NOT NULL,
  state BIGINT NOT NULL, at BIGINT, message_id BIGINT, reason TEXT, answers BIGINT NOT NULL,
  PRIMARY KEY (bot_id, campaign, position)) WITHOUT ROWID;
CREATE UNIQUE INDEX recipients_contact ON recipients (bot_id, contact, campaign);
CREATE INDEX recipients_waiting ON recipients (bot_id, campaign, position) WHERE state IN (0, 7);
CREATE INDEX recipients_leased ON recipients (bot_id, campaign, position) WHERE state = 1;
CREATE TABLE campaign_counts (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, state BIGINT NOT NULL, count BIGINT NOT NULL,
  PRIMARY KEY (bot_id, campaign, state)) WITHOUT ROWID;

-- How the planner sees the tables --------------------------------------------------------------------------
-- Without statistics SQLite believes that a bot has ten rows, and walks all of a bot's events to find one
-- person's. These are a grown installation's, written down once, so that a plan never depends on when somebody
-- ran ANALYZE: rows, then rows that share the first column, the first two, and so on.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('events', 'events', '1000000 500000 1'),
  ('events', 'events_contact', '1000000 500000 40 1'),
  ('events', 'events_campaign', '100000 50000 5000 1000'),
  ('outbox', 'outbox', '500000 250000 1'),
  ('outbox', 'outbox_waiting', '20 20 10 1'),
  ('outbox', 'outbox_leased', '20 20 1'),
  ('outbox', 'outbox_contact', '500000 250000 20 1'),
  ('recipients', 'recipients', '5000000 2500000 250000 1'),
  ('recipients', 'recipients_contact', '5000000 2500000 20 1'),
  ('recipients', 'recipients_waiting', '500 500 500 1'),
  ('recipients', 'recipients_leased', '30 30 30 1'),
  ('contacts', 'contacts', '500000 500000 1'),
  ('contacts', 'contacts_telegram', '500000 500000 1'),
  ('contacts', 'contacts_recent', '500000 500000 2 1'),
  ('contact_tags', 'contact_tags', '1000000 1000000 4 1'),
  ('conversations', 'conversations', '100000 100000 1'),
  ('conversations', 'conversations_recent', '100000 100000 2 1'),
  ('updates_seen', 'updates_seen', '500000 500000 1'),
  ('updates_seen', 'updates_seen_at', '500000 500000 10');
