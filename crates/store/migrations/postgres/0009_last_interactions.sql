-- Rows of people whose last interaction an older version had set back: the log knows it. One that an import told stays,
-- since it is later or an event too.
UPDATE contacts SET last_interaction = known.at
  FROM (SELECT bot_id, contact, MAX(at) AS at FROM events
        WHERE contact IS NOT NULL AND kind IN ('start', 'message', 'command', 'button', 'click', 'imported')
        GROUP BY bot_id, contact) AS known
  WHERE contacts.bot_id = known.bot_id AND contacts.number = known.contact
    AND (contacts.last_interaction IS NULL OR contacts.last_interaction < known.at);
-- Index files that were built from such rows are built anew: a log without a name is given another.
DELETE FROM settings WHERE name = 'log_id';
