package plan

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults/secret"
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
	u := *e.url
	u.Host = fmt.Sprintf("%s:%d", host, e.port)
	return e.text.Restore(u.String())
}

// hosts lists the names that a URL can hold.
func (p *planner) hosts() []string {
	return append(slices.Collect(maps.Keys(p.replicas)), slices.Collect(maps.Keys(p.nodes))...)
}

// endpoint reads a URL, whose host must be a target or a replica and whose port
// one that it declares. Both are shown everywhere, so that neither can be a secret.
func (p *planner) endpoint(keys []string, text secret.Text) (endpoint, bool) {
	u, err := url.Parse(text.Outline())
	switch {
	case text.Secret() && (err != nil || u.Host == "" || secret.Outlined(u.Scheme+u.Host)):
		p.problem(keys, "%q: want a URL such as http://shop:8080/?key=${env:KEY}, whose scheme, host and port are written out: plan and record show them",
			text)
		return endpoint{}, false
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		p.problem(keys, "%q: want a URL such as http://shop:8080/", text)
		return endpoint{}, false
	}
	if !sameURL(text, u) {
		p.problem(keys, "%q: is no such URL with what the environment has for it: write that as URLs do, by %%-encoding",
			text)
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
func (p *planner) hostPort(keys []string, text string) (endpoint, bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" {
		p.problem(keys, "%q: want NAME:PORT, such as shop:8080", text)
		return endpoint{}, false
	}
	return p.known(keys, host, port)
}

func (p *planner) known(keys []string, host, port string) (endpoint, bool) {
	nodes := p.nodesOf(host)
	if len(nodes) == 0 {
		p.dangling(keys, "no target or replica is named %q: %s", host,
			scenarios.Listed(host, p.hosts()))
		return endpoint{}, false
	}
	n, ok := p.portOf(keys, host, p.nodes[nodes[0]].Spec, port)
	return endpoint{host: host, port: n}, ok
}

// quietly gives the host of a URL, its faults being reported elsewhere.
func (p *planner) quietly(text secret.Text) (host string, ok bool) {
	u, err := url.Parse(text.Outline())
	if err != nil {
		return "", false
	}
	host = u.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host, host != ""
}
