-- How updates come in now ('polling' or 'webhook'), why not by webhook where one was wanted, and what Telegram says of
-- the webhook: JSON of {pending, last_error, last_error_at, checked_at}.
ALTER TABLE bots ADD COLUMN intake TEXT COLLATE "C" NOT NULL DEFAULT 'polling';
ALTER TABLE bots ADD COLUMN intake_note TEXT COLLATE "C";
ALTER TABLE bots ADD COLUMN webhook TEXT COLLATE "C";
