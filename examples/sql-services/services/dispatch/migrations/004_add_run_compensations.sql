CREATE TABLE IF NOT EXISTS run_compensations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES delivery_runs (id) ON DELETE CASCADE,
    step varchar(60) NOT NULL,
    done_at timestamptz
);

CREATE INDEX IF NOT EXISTS run_compensations_run_id_idx ON run_compensations (run_id);
