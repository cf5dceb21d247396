-- Delivery runs and their stops.

CREATE TABLE IF NOT EXISTS delivery_runs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind varchar(40) NOT NULL,
    status varchar(40) NOT NULL DEFAULT 'planned',
    payload jsonb NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS stops (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES delivery_runs (id) ON DELETE CASCADE,
    parcel_id uuid NOT NULL REFERENCES parcels (id),
    position integer NOT NULL,
    status varchar(20) NOT NULL DEFAULT 'open',
    UNIQUE (run_id, position)
);

CREATE INDEX IF NOT EXISTS stops_parcel_id_idx ON stops (parcel_id);
CREATE INDEX IF NOT EXISTS status_idx ON stops (status);
