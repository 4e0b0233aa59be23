-- Who waits for an answer, longest first. Only those: most conversations wait for nobody.
CREATE INDEX conversations_waiting ON conversations (bot_id, waiting_since, contact) WHERE waiting_since IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('conversations', 'conversations_waiting', '2000 2000 2 1');
