-- Diversion links. effects is {"add_tags": [names]}, bots is [{"bot_id", "weight", "flow_id"}], utm the defaults.
CREATE TABLE links (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, code TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, channel TEXT COLLATE "C" NOT NULL,
  utm TEXT COLLATE "C" NOT NULL, effects TEXT COLLATE "C" NOT NULL, bots TEXT COLLATE "C" NOT NULL, archived_at BIGINT, created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id));
-- Over all workspaces: the address holds nothing else.
CREATE UNIQUE INDEX links_code ON links (code);
-- Ids rise with time, so that rows are added at the end. visitor: 0 person, 1 previewer, 2 crawler, 3 HEAD.
CREATE TABLE visits (
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, link_id BIGINT NOT NULL, bot_id BIGINT NOT NULL,
  at BIGINT NOT NULL, visitor BIGINT NOT NULL, address TEXT COLLATE "C", address_whole BIGINT NOT NULL, country TEXT COLLATE "C",
  browser TEXT COLLATE "C", os TEXT COLLATE "C", device TEXT COLLATE "C", language TEXT COLLATE "C", referrer TEXT COLLATE "C", user_agent TEXT COLLATE "C", utm_source TEXT COLLATE "C",
  utm_medium TEXT COLLATE "C", utm_campaign TEXT COLLATE "C", utm_term TEXT COLLATE "C", utm_content TEXT COLLATE "C", query TEXT COLLATE "C" NOT NULL, contact BIGINT,
  started_at BIGINT, reuses BIGINT NOT NULL, PRIMARY KEY (workspace_id, id));
CREATE INDEX visits_link ON visits (workspace_id, link_id, bot_id, at);
CREATE INDEX visits_contact ON visits (bot_id, contact) WHERE contact IS NOT NULL;
CREATE INDEX visits_address ON visits (at) WHERE address_whole = 1;

