-- Whether the country of a visit is the one of its network. Until now all were guesses by the browser's language.
ALTER TABLE visits ADD COLUMN country_by_network BIGINT NOT NULL DEFAULT 0;
-- Payments that were recorded, by the number that Telegram gives each: one that is told twice is one.
CREATE TABLE payments_seen (
  bot_id BIGINT NOT NULL, charge_id TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (bot_id, charge_id));
