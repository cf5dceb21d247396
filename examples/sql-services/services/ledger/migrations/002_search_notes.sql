-- The support desk searches for parts of words.

CREATE INDEX IF NOT EXISTS parcel_events_note_trgm_idx
    ON parcel_events USING gin (note gin_trgm_ops);
