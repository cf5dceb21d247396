-- Extensions that all services may use.
CREATE EXTENSION IF NOT EXISTS citext;
