-- Each attribute has one kind: bool, number, date or text; NULL where values of several kinds are mixed.
ALTER TABLE attribute_keys ADD COLUMN kind TEXT;
CREATE TABLE attribute_kinds_found AS
SELECT DISTINCT b.workspace_id AS workspace_id, j.key AS key,
       CASE j.type WHEN 'true' THEN 'bool' WHEN 'false' THEN 'bool' WHEN 'text' THEN 'text' ELSE 'number' END AS kind
  FROM contacts c JOIN bots b ON b.id = c.bot_id, json_each(c.attributes) j
 WHERE c.attributes <> '{}';
UPDATE attribute_keys SET kind = (
  SELECT CASE WHEN COUNT(*) = 1 THEN MIN(f.kind) END FROM attribute_kinds_found f
   WHERE f.workspace_id = attribute_keys.workspace_id AND f.key = attribute_keys.key);
DROP TABLE attribute_kinds_found;
