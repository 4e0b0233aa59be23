-- The topic of their chat in which a person wrote or pressed last, by Telegram's number; none for its general part.
ALTER TABLE contacts ADD COLUMN topic BIGINT;
