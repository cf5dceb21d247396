//! Everything that talks to a database: addresses, connections, inspection.
