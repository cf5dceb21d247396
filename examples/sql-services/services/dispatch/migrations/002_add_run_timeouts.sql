CREATE TABLE IF NOT EXISTS run_timeouts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES delivery_runs (id) ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    fired boolean NOT NULL DEFAULT false
);

CREATE INDEX IF NOT EXISTS run_timeouts_run_id_idx ON run_timeouts (run_id);

-- Only timeouts that have not fired are ever looked for.
CREATE INDEX IF NOT EXISTS run_timeouts_due_at_idx ON run_timeouts (due_at) WHERE NOT fired;
