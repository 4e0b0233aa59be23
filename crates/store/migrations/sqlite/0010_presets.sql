-- Whom a message is shown to before many get it.
CREATE TABLE testers (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, PRIMARY KEY (bot_id, contact)) WITHOUT ROWID;

-- Bots from before the behaviour segments get theirs once, where they have none of that name.
INSERT INTO segments (workspace_id, id, bot_id, name, description, expression, version, created_at, updated_at)
  SELECT b.workspace_id,
    COALESCE((SELECT next FROM counters WHERE name = 'segment'), 1) - 1 + ROW_NUMBER() OVER (ORDER BY b.id), b.id,
    'Active users', 'At least one interaction in the last 7 days.', '{"last_interaction":{"within":"7d"}}', 1,
    b.created_at, b.created_at
  FROM bots b WHERE NOT EXISTS (SELECT 1 FROM segments s
    WHERE s.workspace_id = b.workspace_id AND s.bot_id = b.id AND s.name = 'Active users');
INSERT INTO counters (name, next) SELECT 'segment', known.next FROM (SELECT MAX(id) + 1 AS next FROM segments) AS known WHERE known.next IS NOT NULL
  ON CONFLICT (name) DO UPDATE SET next = MAX(counters.next, excluded.next);
INSERT INTO segments (workspace_id, id, bot_id, name, description, expression, version, created_at, updated_at)
  SELECT b.workspace_id,
    COALESCE((SELECT next FROM counters WHERE name = 'segment'), 1) - 1 + ROW_NUMBER() OVER (ORDER BY b.id), b.id,
    'Dormant users', 'No interaction for more than 30 days.', '{"last_interaction":{"older_than":"30d"}}', 1,
    b.created_at, b.created_at
  FROM bots b WHERE NOT EXISTS (SELECT 1 FROM segments s
    WHERE s.workspace_id = b.workspace_id AND s.bot_id = b.id AND s.name = 'Dormant users');
INSERT INTO counters (name, next) SELECT 'segment', known.next FROM (SELECT MAX(id) + 1 AS next FROM segments) AS known WHERE known.next IS NOT NULL
  ON CONFLICT (name) DO UPDATE SET next = MAX(counters.next, excluded.next);
