// Package runs keeps delivery runs and what happens to them.
package runs

import (
	"context"
	"database/sql"
	"time"
)

// Timeout is a point in time at which a run is given up.
type Timeout struct {
	ID    int64
	RunID string
	DueAt time.Time
	Fired bool
}

// Store reads and writes through one connection pool.
type Store struct {
	db *sql.DB
}

// DueTimeouts returns the timeouts that have passed and have not fired.
func (s *Store) DueTimeouts(ctx context.Context, now time.Time, limit int) ([]Timeout, error) {
	rows, err := s.db.QueryContext(ctx,
		`SELECT id, run_id, due_at, fired FROM run_timeouts WHERE due_at <= $1 AND NOT fired LIMIT $2`,
		now, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []Timeout
	for rows.Next() {
		var timeout Timeout
		if err := rows.Scan(&timeout.ID, &timeout.RunID, &timeout.DueAt, &timeout.Fired); err != nil {
			return nil, err
		}
		due = append(due, timeout)
	}
	return due, rows.Err()
}

// SaveSnapshot keeps the state of a run, so that a restart need not replay it.
func (s *Store) SaveSnapshot(ctx context.Context, runID string, version int, state []byte) error {
	_, err := s.db.ExecContext(ctx,
		`INSERT INTO run_snapshots (run_id, version, state) VALUES ($1, $2, $3)`,
		runID, version, state)
	return err
}
