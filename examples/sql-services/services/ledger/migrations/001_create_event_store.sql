-- Every change of a parcel, in order.

CREATE TABLE IF NOT EXISTS parcel_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parcel_id uuid NOT NULL REFERENCES parcels (id),
    version integer NOT NULL,
    kind varchar(60) NOT NULL,
    note text,
    data jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (parcel_id, version)
);

CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER IF NOT EXISTS parcel_events_touch
    BEFORE UPDATE ON parcel_events
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
