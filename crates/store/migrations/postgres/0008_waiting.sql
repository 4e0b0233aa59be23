-- Who waits for an answer, longest first. Only those: most conversations wait for nobody.
CREATE INDEX conversations_waiting ON conversations (bot_id, waiting_since, contact) WHERE waiting_since IS NOT NULL;
