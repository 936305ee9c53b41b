package plan

import (
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios"
)

// mostSQLConnections is what a PostgreSQL as it is installed takes.
const mostSQLConnections = 100

// databases is the pass that checks the embedded applications that keep their rows elsewhere.
type databases struct {
	*diagnostics
	topology
}

func (p databases) check() {
	for _, name := range sortedKeys(p.replicas) {
		t := p.nodes[p.replicas[name][0]].Spec
		if t.Lab == nil || t.Lab.SQL == nil {
			continue
		}
		q := t.Lab.SQL
		keys := at("targets", name, "lab", "sql")
		if q.Connections < 0 || q.Connections > mostSQLConnections {
			p.problem(append(keys, "connections"),
				"connections %d: want at most %d, or none for the default", q.Connections,
				mostSQLConnections)
		}
		p.dsn(name, t, q.DSN, append(keys, "dsn"))
	}
}

// dsn checks where an application looks for its database: at targets that it uses.
func (p databases) dsn(name string, t *scenarios.Target, text secret.Text, keys []string) {
	const such = "want one as libpq writes it, such as " +
		"postgres://app@db-1,db-2/app?target_session_attrs=read-write"
	if text == "" {
		p.problem(keys, "dsn: %s", such)
		return
	}
	c, err := pgconn.ParseConfig(text.Outline())
	if err != nil {
		p.problem(keys, "dsn: %v: %s", text.Restore(err.Error()), such)
		return
	}
	if !sameServers(text, c) {
		p.problem(keys, "dsn: with what the environment has for its secrets it is none that "+
			"leads to the same servers: write that as URLs do, by %%-encoding, and hosts and "+
			"ports without ${env:…}")
		return
	}
	seen := map[endpoint]bool{}
	for _, end := range servers(c) {
		if seen[end] {
			continue // asked with TLS and without
		}
		seen[end] = true
		p.database(name, t, end, keys)
	}
}

// sameServers reports whether a DSN leads where it seems to when its secrets are put in.
func sameServers(text secret.Text, seems *pgconn.Config) bool {
	if !text.Secret() {
		return true
	}
	whole, err := text.Reveal()
	if err != nil {
		return false
	}
	c, err := pgconn.ParseConfig(whole)
	return err == nil && slices.Equal(servers(c), servers(seems))
}

// servers are a DSN's, in order; one that is asked with TLS and without stands twice.
func servers(c *pgconn.Config) (all []endpoint) {
	for _, f := range append([]*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port}},
		c.Fallbacks...) {
		all = append(all, endpoint{host: f.Host, port: f.Port})
	}
	return all
}

// database checks one server of a DSN.
func (p databases) database(name string, t *scenarios.Target, end endpoint, keys []string) {
	nodes := p.nodesOf(end.host)
	if len(nodes) == 0 {
		p.unknownHost(keys, end.host, p.hosts())
		return
	}
	db := p.nodes[nodes[0]]
	switch used := slices.Contains(t.Uses, end.host) || slices.Contains(t.Uses, db.Target); {
	case db.Spec.Lab != nil:
		p.problem(keys, "dsn: %s is embedded, and no PostgreSQL: want a target with an image of "+
			"one", end.host)
	case !used:
		p.problem(keys, "dsn: %s must declare what it talks to: add uses: [%s]", name, db.Target)
	default:
		portOf(p.diagnostics, keys, end.host, db.Target, db.Spec, strconv.Itoa(int(end.port)))
	}
}
