package plan

import (
	"net/url"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// from takes in where a detector asks from, if it says so.
func (d *detector) from(written string, kind watch.Kind) {
	_, d.hostable = kind.(watch.Hostable)
	keys := at("watch", d.name, "from")
	switch {
	case written == "":
	case written != watch.FromHost:
		d.p.problem(keys, "from %q: want host, which is this machine, or nothing: "+
			"then it asks inside the drill's network", written)
	case !d.hostable:
		d.p.problem(keys, "from: host asks a Prometheus or an Alertmanager of this machine, "+
			"and a %s is neither: a command asks there whatever you like, "+
			"and a webhook receives it with loopback: true", d.watcher.Kind)
	default:
		d.here, d.watcher.Local = true, true
	}
}

// asksHere checks that a URL leads to this machine's loopback. Its scheme, host and port are
// shown, so that none of them can be a secret.
func (d *detector) asksHere(keys []string, text secret.Text) {
	u, err := url.Parse(text.Outline())
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" ||
		text.Secret() && secret.Outlined(u.Scheme+u.Host):
		d.p.problem(keys, "%q: want a URL such as http://127.0.0.1:9090, "+
			"whose scheme, host and port are written out", text)
	case !sameURL(text, u):
		d.p.problem(keys, "%q: is no such URL with what the environment has for it: "+
			"write that as URLs do, by %%-encoding", text)
	case !probe.Loopback(u.Hostname()) && len(d.p.endpoints.nodesOf(u.Hostname())) > 0:
		d.p.problem(keys, "%q: %s is a target, which is asked inside the drill's network: "+
			"leave from: host out", text, u.Hostname())
	case !probe.Loopback(u.Hostname()):
		d.p.problem(keys, "%q: from: host asks this machine's loopback alone "+
			"(127.0.0.1, [::1], localhost): forward a port of it there, "+
			"as kubectl port-forward svc/prometheus 9090 and ssh -L 9090:localhost:9090 HOST do",
			text)
	}
}

// outside refuses a URL that leads to this machine where the detector asks inside the drill's
// network; false: it does not.
func (d *detector) outside(keys []string, text secret.Text) bool {
	if !d.hostable || !probe.Loopback(hostOf(text)) {
		return false
	}
	d.p.problem(keys, "%q: is this machine, which nothing inside the drill's network reaches: "+
		"want from: host beside %s", text, d.watcher.Kind)
	return true
}

// hosted is a detector as it is started: where it is asked from this machine, by the CLI.
func (d *detector) hosted(kind watch.Kind) watch.Kind {
	if d.check == nil {
		return kind
	}
	return &watch.OnHost{Kind: kind, Check: *d.check}
}
