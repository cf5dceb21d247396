-- Tables that belong to no service in particular.

CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email citext NOT NULL UNIQUE,
    name varchar(120) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE parcels (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id bigint NOT NULL REFERENCES accounts (id),
    weight_grams integer NOT NULL CHECK (weight_grams > 0),
    destination text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX parcels_account_id_idx ON parcels (account_id);

CREATE TABLE delivery_runs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    status varchar(20) NOT NULL DEFAULT 'planned',
    payload json NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX status_idx ON delivery_runs (status);
