-- Why Telegram has no chat in which a person could be written to: NULL, or 'chat_not_found', 'not_started', 'is_bot',
-- 'write_refused'.
ALTER TABLE contacts ADD COLUMN no_chat TEXT COLLATE "C";
-- How many of a campaign's failures lie with people who cannot be written to: no fault of the message.
ALTER TABLE campaigns ADD COLUMN unreachable BIGINT NOT NULL DEFAULT 0;
-- The rate that a bot learnt after waits, in thousandths of a message a second; NULL for the configured one.
ALTER TABLE bots ADD COLUMN rate_milli BIGINT;
-- What is told to a person whose payment is declined; NULL where payments are taken.
ALTER TABLE bots ADD COLUMN decline_payments TEXT COLLATE "C";
-- Telegram asked to wait with one chat: no call to it before this time.
CREATE TABLE chat_waits (
  bot_id BIGINT NOT NULL, contact BIGINT NOT NULL, until BIGINT NOT NULL,
  PRIMARY KEY (bot_id, contact));
