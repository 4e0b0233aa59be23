-- The person's message that the last line of a conversation is of, by Telegram's number; 0 where the line is of none.
-- Rows from before do not know it.
ALTER TABLE conversations ADD COLUMN last_message BIGINT;
