-- Visits counted as they happen, so that no funnel reads them again. One row a link, bot, kind of visitor and set of
-- campaign parameters; set_key is a hash of those, or of rows that were there before this table, an id.
CREATE TABLE visit_totals (
  workspace_id BIGINT NOT NULL, bot_id BIGINT NOT NULL, link_id BIGINT NOT NULL, visitor BIGINT NOT NULL,
  set_key TEXT NOT NULL, utm_source TEXT, utm_medium TEXT, utm_campaign TEXT, utm_term TEXT, utm_content TEXT,
  visits BIGINT NOT NULL, reuses BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, bot_id, link_id, visitor, set_key)) WITHOUT ROWID;
INSERT INTO visit_totals SELECT workspace_id, bot_id, link_id, visitor, 'before-' || MIN(id), utm_source, utm_medium,
  utm_campaign, utm_term, utm_content, COUNT(*), CAST(SUM(reuses) AS BIGINT) FROM visits
  GROUP BY workspace_id, bot_id, link_id, visitor, utm_source, utm_medium, utm_campaign, utm_term, utm_content;
-- And a quarter of an hour, counted from 1970: every time zone's days are made of whole quarters.
CREATE TABLE visit_quarters (
  workspace_id BIGINT NOT NULL, bot_id BIGINT NOT NULL, link_id BIGINT NOT NULL, quarter BIGINT NOT NULL,
  visitor BIGINT NOT NULL, visits BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, bot_id, link_id, quarter, visitor)) WITHOUT ROWID;
INSERT INTO visit_quarters SELECT workspace_id, bot_id, link_id, at / 900000, visitor, COUNT(*) FROM visits
  GROUP BY workspace_id, bot_id, link_id, at / 900000, visitor;
-- Nothing reads visits by their link any more.
DROP INDEX visits_link;
DELETE FROM sqlite_stat1 WHERE idx = 'visits_link';
