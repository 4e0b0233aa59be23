-- Since when Telegram has asked to wait with a chat again and again, without a long pause.
ALTER TABLE chat_waits ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE chat_waits SET since = until;
