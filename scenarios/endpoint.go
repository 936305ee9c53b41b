package scenarios

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
)

// endpoint is where a URL or an address of the scenario leads.
type endpoint struct {
	host string // a target or a node
	port uint16
	url  *url.URL // nil for host:port
}

// on is the endpoint as asked of one node: a replica is asked by its own name,
// where the scenario names its target.
func (e endpoint) on(n *Node) string {
	host := e.host
	if host == n.Target {
		host = n.Name
	}
	if e.url == nil {
		return fmt.Sprintf("%s:%d", host, e.port)
	}
	u := *e.url
	u.Host = fmt.Sprintf("%s:%d", host, e.port)
	return u.String()
}

// hosts lists the names that a URL can hold.
func (p *planner) hosts() []string {
	return append(slices.Collect(maps.Keys(p.replicas)), slices.Collect(maps.Keys(p.nodes))...)
}

// endpoint reads a URL, whose host must be a target or a replica and whose port
// one that it declares.
func (p *planner) endpoint(keys []string, text string) (endpoint, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		p.problem(keys, "%q: want a URL such as http://shop:8080/", text)
		return endpoint{}, false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	end, ok := p.known(keys, u.Hostname(), port)
	end.url = u
	if ok {
		p.spoken(keys, end)
	}
	return end, ok
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
		p.dangling(keys, "no target or replica is named %q: %s", host, listed(host, p.hosts()))
		return endpoint{}, false
	}
	n, ok := p.portOf(keys, host, p.nodes[nodes[0]].Spec, port)
	return endpoint{host: host, port: n}, ok
}

// quietly gives the host of a URL, its faults being reported elsewhere.
func (p *planner) quietly(text string) (host string, ok bool) {
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	host = u.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host, host != ""
}
