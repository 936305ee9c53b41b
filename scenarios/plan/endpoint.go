package plan

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// endpoint is where a URL or an address of the scenario leads.
type endpoint struct {
	host string // a target or a node
	port uint16
	url  *url.URL // of the text's outline; nil for host:port
	text secret.Text
}

// on is the endpoint as asked of one node: a replica is asked by its own name,
// where the scenario names its target.
func (e endpoint) on(n *Node) secret.Text {
	host := e.host
	if host == n.Target {
		host = n.Name
	}
	if e.url == nil {
		return secret.Text(fmt.Sprintf("%s:%d", host, e.port))
	}
	u, at := *e.url, fmt.Sprintf("%s:%d", host, e.port)
	u.Host = hostname.Address(at)
	// people read it: the host is as it is written
	return e.text.Restore(strings.Replace(u.String(), u.Host, at, 1))
}

// wire is the URL as requests have it.
func (e endpoint) wire() *url.URL {
	u := *e.url
	u.Host = hostname.Address(u.Host)
	return &u
}

// endpoints reads where URLs and addresses lead among the nodes, and takes in how their
// ports are asked.
type endpoints struct {
	*diagnostics
	topology
	asked protocols
}

func newEndpoints(d *diagnostics, t topology) endpoints {
	return endpoints{d, t, protocols{}}
}

// endpoint reads a URL: its host must be a target or a replica, and its port
// one that it declares. Both are shown everywhere, so that neither can be a secret.
func (p endpoints) endpoint(keys []string, text secret.Text) (endpoint, bool) {
	u, err := url.Parse(text.Outline())
	switch {
	case text == "" && p.mistyped(keys[:len(keys)-1]):
		return endpoint{}, false // it may stand under the unknown key
	case text.Secret() && (err != nil || u.Host == "" || secret.Outlined(u.Scheme+u.Host)):
		p.problem(keys, "%q: want a URL such as http://shop:8080/?key=${env:KEY}, whose scheme, "+
			"host and port are written out: plan and record show them", text)
		return endpoint{}, false
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		p.problem(keys, "%q: want a URL such as http://shop:8080/", text)
		return endpoint{}, false
	}
	if !sameURL(text, u) {
		p.problem(keys, "%q: is no such URL with what the environment has for it: write that as "+
			"URLs do, by %%-encoding", text)
		return endpoint{}, false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	end, ok := p.known(keys, u.Hostname(), port)
	end.url, end.text = u, text
	if ok {
		p.spoken(keys, end)
	}
	return end, ok
}

// sameURL reports whether a URL leads where it seems to when its secrets are put in.
func sameURL(text secret.Text, seems *url.URL) bool {
	if !text.Secret() {
		return true
	}
	whole, err := text.Reveal()
	if err != nil {
		return false
	}
	u, err := url.Parse(whole)
	return err == nil && u.Scheme == seems.Scheme && u.Host == seems.Host &&
		!strings.Contains(whole, " ")
}

// hostPort reads NAME:PORT.
func (p endpoints) hostPort(keys []string, text string) (endpoint, bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" {
		p.problem(keys, "%q: want NAME:PORT, such as shop:8080", text)
		return endpoint{}, false
	}
	return p.known(keys, host, port)
}

func (p endpoints) known(keys []string, host, port string) (endpoint, bool) {
	if len(p.nodesOf(host)) == 0 { // in upper case, or as the wire has it
		host = usualHost(host)
	}
	nodes := p.nodesOf(host)
	if why := p.noReplica(host); len(nodes) == 0 && why != "" {
		p.dangling(keys, "no target or replica is named %q: %s", host, why)
		return endpoint{}, false
	}
	if len(nodes) == 0 {
		p.unknownHost(keys, host, p.hosts())
		return endpoint{}, false
	}
	node := p.nodes[nodes[0]]
	n, ok := portOf(p.diagnostics, keys, host, node.Target, node.Spec, port)
	return endpoint{host: host, port: n}, ok
}

// unknownHost reports a host that is no target or replica. One with a dot may be meant as a
// system that runs already, which no drill touches.
func (d *diagnostics) unknownHost(keys []string, host string, have []string) {
	if strings.ContainsAny(host, ".:") || host == "localhost" {
		d.problem(keys, "%q is no target: a drill's load and its watchers reach the drill's own "+
			"targets alone, and no system that runs already: want the name of one; %s", host,
			scenarios.Listed(host, have))
		return
	}
	d.dangling(keys, "no target or replica is named %q: %s", host, scenarios.Listed(host, have))
}

// hostOf gives the host of a URL, its faults being reported elsewhere.
func hostOf(text secret.Text) string {
	u, err := url.Parse(text.Outline())
	if err != nil {
		return ""
	}
	if h, _, err := net.SplitHostPort(u.Host); err == nil {
		return h
	}
	return u.Host
}

// portOf checks that a target, one of whose names is host, declares the port.
func portOf(d *diagnostics, keys []string, host, target string, t *scenarios.Target,
	port string) (uint16, bool) {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		d.problem(keys, "port %q: want a number from 1 to 65535", port)
		return 0, false
	}
	if !slices.Contains(t.Ports, uint16(n)) {
		var have []string
		for _, p := range t.Ports {
			have = append(have, strconv.Itoa(int(p)))
		}
		if len(have) == 0 {
			d.dangling(keys, "%s has no port %d: add ports: [%d] to targets.%s", host, n, n, target)
			return 0, false
		}
		d.dangling(keys, "%s has no port %d: %s", host, n, scenarios.Listed("", have))
		return 0, false
	}
	return uint16(n), true
}
