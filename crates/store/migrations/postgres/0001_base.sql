-- The tables of ../sqlite, column for column. Text is ordered by its bytes, as SQLite orders it, whatever the
-- database's own collation is. The planner's statistics are PostgreSQL's own.

CREATE TABLE settings (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, value TEXT COLLATE "C" NOT NULL);
CREATE TABLE counters (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, next BIGINT NOT NULL);

-- The team --------------------------------------------------------------------------------------------------
CREATE TABLE workspaces (
  id BIGINT NOT NULL PRIMARY KEY, name TEXT COLLATE "C" NOT NULL, time_zone TEXT COLLATE "C" NOT NULL,
  stages_version BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE members (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, email TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL, password_hash TEXT COLLATE "C", last_assigned_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id));
CREATE UNIQUE INDEX members_email ON members (email);
CREATE TABLE member_contacts (
  workspace_id BIGINT NOT NULL, member_id BIGINT NOT NULL, bot_id BIGINT NOT NULL, contact BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, member_id, bot_id));
-- One-time links: purpose is owner, invite or telegram.
CREATE TABLE one_time_links (
  token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY, workspace_id BIGINT NOT NULL, purpose TEXT COLLATE "C" NOT NULL,
  member_id BIGINT, bot_id BIGINT, expires_at BIGINT NOT NULL);
CREATE TABLE sessions (
  token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY, workspace_id BIGINT NOT NULL, member_id BIGINT NOT NULL,
  id BIGINT NOT NULL, created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, user_agent TEXT COLLATE "C" NOT NULL);
CREATE INDEX sessions_member ON sessions (workspace_id, member_id);
CREATE TABLE api_tokens (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,
  token_hash TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT, PRIMARY KEY (workspace_id, id));
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (token_hash);
CREATE TABLE idempotency (
  workspace_id BIGINT NOT NULL, key TEXT COLLATE "C" NOT NULL, fingerprint TEXT COLLATE "C" NOT NULL,
  status BIGINT NOT NULL, body TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, key));

-- What the team calls things --------------------------------------------------------------------------------
CREATE TABLE tags (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, color TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id));
CREATE UNIQUE INDEX tags_name ON tags (workspace_id, name);
CREATE TABLE attribute_keys (
  workspace_id BIGINT NOT NULL, key TEXT COLLATE "C" NOT NULL, PRIMARY KEY (workspace_id, key));
CREATE TABLE segments (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, bot_id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL, expression TEXT COLLATE "C" NOT NULL, version BIGINT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id));
CREATE UNIQUE INDEX segments_name ON segments (workspace_id, bot_id, name);
CREATE TABLE stages (
  workspace_id BIGINT NOT NULL, position BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,
  color TEXT COLLATE "C" NOT NULL, expression TEXT COLLATE "C" NOT NULL, PRIMARY KEY (workspace_id, position));
CREATE TABLE templates (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, message TEXT COLLATE "C" NOT NULL,
  bot_id BIGINT, campaign BIGINT, created_at BIGINT NOT NULL, PRIMARY KEY (workspace_id, id));
CREATE TABLE canned_replies (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, message TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, id));

-- Bots and their people -------------------------------------------------------------------------------------
-- next_event and next_contact are taken from here inside the appending transaction and never cached.
CREATE TABLE bots (
  id BIGINT NOT NULL PRIMARY KEY, workspace_id BIGINT NOT NULL, telegram_id BIGINT NOT NULL,
  username TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, token_sealed BYTEA NOT NULL,
  status TEXT COLLATE "C" NOT NULL, bulk_per_second BIGINT, next_event BIGINT NOT NULL, next_contact BIGINT NOT NULL,
  poll_offset BIGINT, last_update_at BIGINT, last_error TEXT COLLATE "C", last_error_at BIGINT, blocked_until BIGINT,
  ingest_failed BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE UNIQUE INDEX bots_telegram ON bots (telegram_id);
CREATE INDEX bots_workspace ON bots (workspace_id);
CREATE TABLE contacts (
  bot_id BIGINT NOT NULL, number BIGINT NOT NULL, telegram_id BIGINT NOT NULL, profile TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL, username TEXT COLLATE "C", source TEXT COLLATE "C" NOT NULL,
  attributes TEXT COLLATE "C" NOT NULL, blocked BIGINT NOT NULL, deactivated BIGINT NOT NULL,
  opted_out BIGINT NOT NULL, first_seen BIGINT NOT NULL, last_interaction BIGINT, imported_interaction BIGINT,
  erased BIGINT NOT NULL, PRIMARY KEY (bot_id, number));
CREATE UNIQUE INDEX contacts_telegram ON contacts (bot_id, telegram_id);
CREATE INDEX contacts_recent ON contacts (bot_id, last_interaction, number);
CREATE TABLE contact_tags (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, tag_id BIGINT NOT NULL, added_at BIGINT NOT NULL,
  origin TEXT COLLATE "C" NOT NULL, PRIMARY KEY (bot_id, contact, tag_id));
CREATE TABLE events (
  bot_id BIGINT NOT NULL, number BIGINT NOT NULL, contact BIGINT, at BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL,
  object TEXT COLLATE "C", campaign BIGINT, windows TEXT COLLATE "C", data TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (bot_id, number));
CREATE INDEX events_contact ON events (bot_id, contact, number) WHERE contact IS NOT NULL;
CREATE INDEX events_campaign ON events (bot_id, campaign, kind) WHERE campaign IS NOT NULL;
-- Lives 48 hours: Telegram draws update ids anew after an idle week.
CREATE TABLE updates_seen (
  bot_id BIGINT NOT NULL, update_id BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (bot_id, update_id));
CREATE INDEX updates_seen_at ON updates_seen (bot_id, at);
CREATE TABLE conversations (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, status TEXT COLLATE "C" NOT NULL, assignee BIGINT,
  waiting_since BIGINT, unread BIGINT NOT NULL, last_at BIGINT NOT NULL, last_text TEXT COLLATE "C" NOT NULL,
  last_from TEXT COLLATE "C" NOT NULL, PRIMARY KEY (bot_id, contact));
CREATE INDEX conversations_recent ON conversations (bot_id, last_at, contact);
CREATE TABLE notes (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, id BIGINT NOT NULL, member_id BIGINT NOT NULL, at BIGINT NOT NULL,
  text TEXT COLLATE "C" NOT NULL, PRIMARY KEY (bot_id, contact, id));

-- Flows -----------------------------------------------------------------------------------------------------
CREATE TABLE flows (
  bot_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, status TEXT COLLATE "C" NOT NULL,
  draft TEXT COLLATE "C" NOT NULL, published_version BIGINT, edit_version BIGINT NOT NULL, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL, PRIMARY KEY (bot_id, id));
CREATE TABLE flow_versions (
  bot_id BIGINT NOT NULL, flow_id BIGINT NOT NULL, version BIGINT NOT NULL, graph TEXT COLLATE "C" NOT NULL,
  published_at BIGINT NOT NULL, PRIMARY KEY (bot_id, flow_id, version));
-- A person is in one flow at a time; the latest that was started.
CREATE TABLE flow_runs (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, flow_id BIGINT NOT NULL, version BIGINT NOT NULL,
  run TEXT COLLATE "C" NOT NULL, started_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (bot_id, contact));
-- name is "started", "ended", "node/<id>" or "option/<node>/<key>".
CREATE TABLE flow_counts (
  bot_id BIGINT NOT NULL, flow_id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, count BIGINT NOT NULL,
  PRIMARY KEY (bot_id, flow_id, name));

-- Sending ---------------------------------------------------------------------------------------------------
-- state: 0 pending, 1 leased, 2 sent, 3 failed, 4 blocked, 5 skipped, 6 unknown. lane: 0 agents, 1 flows, 2 tests.
CREATE TABLE outbox (
  bot_id BIGINT NOT NULL, id BIGINT NOT NULL, contact BIGINT NOT NULL, lane BIGINT NOT NULL, state BIGINT NOT NULL,
  params TEXT COLLATE "C" NOT NULL, author TEXT COLLATE "C" NOT NULL, again BIGINT NOT NULL,
  created_at BIGINT NOT NULL, at BIGINT, message_id BIGINT, reason TEXT COLLATE "C", PRIMARY KEY (bot_id, id));
CREATE INDEX outbox_waiting ON outbox (bot_id, lane, id) WHERE state = 0;
CREATE INDEX outbox_leased ON outbox (bot_id, id) WHERE state = 1;
CREATE INDEX outbox_contact ON outbox (bot_id, contact, id);

CREATE TABLE campaigns (
  bot_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, status TEXT COLLATE "C" NOT NULL,
  pause_reason TEXT COLLATE "C", pause_detail TEXT COLLATE "C", audience TEXT COLLATE "C" NOT NULL,
  message TEXT COLLATE "C" NOT NULL, held_out_percent DOUBLE PRECISION NOT NULL, canary BIGINT,
  send_up_to BIGINT NOT NULL, frozen_at BIGINT, frozen_number BIGINT, audience_count BIGINT NOT NULL,
  left_out BIGINT NOT NULL, version BIGINT NOT NULL, created_by BIGINT, created_at BIGINT NOT NULL, started_at BIGINT,
  finished_at BIGINT, PRIMARY KEY (bot_id, id));
-- The frozen sets, as portable roaring bitmaps: kind is audience, held_out, stage, tag or source.
CREATE TABLE campaign_sets (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL,
  bitmap BYTEA NOT NULL, PRIMARY KEY (bot_id, campaign, kind, key));
-- The frozen order, until the ledger is written: contact numbers of four little-endian bytes each.
CREATE TABLE campaign_orders (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, contacts BYTEA NOT NULL, PRIMARY KEY (bot_id, campaign));
-- The ledger. state as in outbox, and 7 held out, 8 held out and its turn has come.
CREATE TABLE recipients (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, position BIGINT NOT NULL, contact BIGINT NOT NULL,
  state BIGINT NOT NULL, at BIGINT, message_id BIGINT, reason TEXT COLLATE "C", answers BIGINT NOT NULL,
  PRIMARY KEY (bot_id, campaign, position));
CREATE UNIQUE INDEX recipients_contact ON recipients (bot_id, contact, campaign);
CREATE INDEX recipients_waiting ON recipients (bot_id, campaign, position) WHERE state IN (0, 7);
CREATE INDEX recipients_leased ON recipients (bot_id, campaign, position) WHERE state = 1;
CREATE TABLE campaign_counts (
  bot_id BIGINT NOT NULL, campaign BIGINT NOT NULL, state BIGINT NOT NULL, count BIGINT NOT NULL,
  PRIMARY KEY (bot_id, campaign, state));
