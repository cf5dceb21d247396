-- Who wants to be told about a parcel; read by the notify service.

CREATE TABLE webhook_subscriptions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    url text NOT NULL,
    active boolean NOT NULL DEFAULT true
);

CREATE INDEX webhook_subscriptions_account_id_idx ON webhook_subscriptions (account_id);
