CREATE TABLE IF NOT EXISTS drivers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(120) NOT NULL,
    licence varchar(30) NOT NULL UNIQUE
);
