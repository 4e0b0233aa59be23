-- What searches look in: names and last words without case and accents. Filled beside this step.
ALTER TABLE contacts ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';
