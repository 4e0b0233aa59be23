-- Diversion links. effects is {"add_tags": [names]}, bots is [{"bot_id", "weight", "flow_id"}], utm the defaults.
CREATE TABLE links (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, channel TEXT NOT NULL,
  utm TEXT NOT NULL, effects TEXT NOT NULL, bots TEXT NOT NULL, archived_at BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
-- Over all workspaces: the address holds nothing else.
CREATE UNIQUE INDEX links_code ON links (code);
-- Ids rise with time, so that rows are added at the end. visitor: 0 person, 1 previewer, 2 crawler, 3 HEAD.
CREATE TABLE visits (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, link_id BIGINT NOT NULL, bot_id BIGINT NOT NULL,
  at BIGINT NOT NULL, visitor BIGINT NOT NULL, address TEXT, address_whole BIGINT NOT NULL, country TEXT,
  browser TEXT, os TEXT, device TEXT, language TEXT, referrer TEXT, user_agent TEXT, utm_source TEXT,
  utm_medium TEXT, utm_campaign TEXT, utm_term TEXT, utm_content TEXT, query TEXT NOT NULL, contact BIGINT,
  started_at BIGINT, reuses BIGINT NOT NULL, PRIMARY KEY (workspace_id, id)) WITHOUT ROWID;
CREATE INDEX visits_link ON visits (workspace_id, link_id, bot_id, at);
CREATE INDEX visits_contact ON visits (bot_id, contact) WHERE contact IS NOT NULL;
CREATE INDEX visits_address ON visits (at) WHERE address_whole = 1;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('visits', 'visits', '1000000 1000000 1'),
  ('visits', 'visits_link', '1000000 1000000 50000 50000 1'),
  ('visits', 'visits_contact', '300000 300000 2'),
  ('visits', 'visits_address', '100000 2');
