package watch

import (
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// SQL is an active check of a PostgreSQL: it connects anew each time, and wants an answer
// to a query.
type SQL struct {
	// DSN is where, as a URL:
	// postgres://probe:${env:PASSWORD}@db-1,db-2/shop?target_session_attrs=read-write.
	DSN   secret.Text `yaml:"dsn" jsonschema:"required"`
	Query string      `yaml:"query"` // default select 1
	// what the first column of the first row has to be; default any row
	Equals  string        `yaml:"equals"`
	Every   time.Duration `yaml:"every"`   // between two questions; default 1s
	Timeout time.Duration `yaml:"timeout"` // of connecting and the answer; default 1s
	Fails   int           `yaml:"fails"`   // bad answers in a row that are an alarm; default 1
	Oks     int           `yaml:"oks"`     // good answers in a row that end it; default 1
}

// Traits: each answer is good or bad by itself.
func (*SQL) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// Plan has the load node ask.
func (s *SQL) Plan(p Planner) {
	u, err := url.Parse(s.DSN.Outline())
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" ||
		secret.Outlined(u.Scheme+u.Host) {
		p.Problem("dsn", "dsn %q: want a URL such as "+
			"postgres://probe:${env:PASSWORD}@db:5432/shop, whose hosts and ports are written "+
			"out: plan and record show them", s.DSN)
		return
	}
	for _, host := range strings.Split(u.Host, ",") {
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(host, "5432")
		}
		p.Connects("dsn", host)
	}
	query := s.Query
	if query == "" {
		query = "select 1"
	}
	p.InARow(s.Fails, s.Oks)
	p.Check(link.Tellf("asks-sql", "asks %s: %s", "host", u.Host, "query", query), s.Every,
		s.Timeout,
		load.Check{SQL: &load.SQLProbe{DSN: s.DSN, Query: query, Equals: s.Equals}})
}
