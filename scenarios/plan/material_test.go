package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
)

const secured = `
name: secured
targets:
  edge: {image: "haproxy:3.0", files: {/site.pem: drill:both.pem}, ports: [8443], uses: [app]}
  app: {lab: {web: {}, tls: true}, replicas: 2, ports: [8443]}
load:
  visitors: {to: "https://edge:8443/", rate: 100/s, connections: {live: 5s}}
phases: {baseline: 15s, hold: 10s, recovery: 15s, confirm: 3s}
faults:
  late: {latency: {link: visitors -> edge, delay: 1s}}
  bad: {http-status: {link: edge -> app-2, code: 503}}
sla: {recover: 5s}
`

// TLS ends in a link where a fault reads HTTP, and nowhere else; of a client that is not
// the drill's own the plan says so.
func TestTLSIsOpenedToRead(t *testing.T) {
	p := planned(t, parsed(t, secured), Options{})
	var opened []string
	for _, l := range p.Switchboard.Links {
		if l.Opened {
			opened = append(opened, l.ID)
		}
	}
	if want := []string{"edge -> app-2:8443"}; !slices.Equal(opened, want) {
		t.Errorf("opened: %q, want %q", opened, want)
	}
	if last := english(p.Notes)[len(english(p.Notes))-1]; !strings.Contains(last,
		"if edge checks certificates, give it drill:ca.pem") {
		t.Errorf("the last note does not say which clients have to trust it:\n%s",
			strings.Join(english(p.Notes), "\n"))
	}
	for _, f := range p.Faults {
		for _, l := range f.Site.Links {
			if l.Protocol != link.Encrypted || l.Opened != (f.Name == "bad") {
				t.Errorf("fault %s is bound to %+v", f.Name, l)
			}
		}
	}
}

// The note on certificates is there where the drill has any TLS, as far as the scenario
// shows, and nowhere else: a link between images of one's own may speak anything.
func TestCertificatesAreToldOfWhereThereIsTLS(t *testing.T) {
	const text = `
name: own
targets:
  edge: {image: "haproxy:3.0", ports: [8080], uses: [app]%s}
  app: {image: "shop:1.4", replicas: 2, ports: [%s]}
load:
  visitors: {to: "http://edge:8080/", rate: 100/s, connections: {live: 5s}}
phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}
faults:
  bad: {http-status: {link: "edge -> app", code: 503}}
sla: {recover: 5s}
`
	const said = "link edge -> app-1:%[1]s, edge -> app-2:%[1]s: where TLS is spoken there"
	for name, c := range map[string]struct {
		files, port string
		want        bool
	}{
		"plain":               {"", "8080", false},
		"other files":         {", files: {/etc/haproxy.cfg: material_test.go}", "8080", false},
		"a port that is used": {"", "8443", true},
		"a certificate":       {", files: {/etc/ca.pem: drill:ca.pem}", "8080", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := planned(t, parsed(t, fmt.Sprintf(text, c.files, c.port)), Options{})
			last := english(p.Notes)[len(english(p.Notes))-1]
			if have := strings.Contains(last, fmt.Sprintf(said, c.port)); have != c.want {
				t.Errorf("last note %q", last)
			}
			if all := strings.Join(english(p.Notes), "\n"); strings.Contains(all, "TLS") != c.want {
				t.Errorf("notes: %s", all)
			}
		})
	}
}

// A slow node whose health check is spared has to be read; one that is slow
// throughout has not.
func TestTLSIsOpenedToSpare(t *testing.T) {
	p := planned(t, parsed(t, strings.Replace(secured, "delay: 1s}", "delay: 1s, spare: [/health]}",
		1)), Options{})
	if l := p.Switchboard.Links[0]; l.ID != "visitors -> edge:8443" || !l.Opened {
		t.Errorf("have %+v, want the users' link opened", l)
	}
}

// A balancer that keeps its connections is noted, one that makes each anew is not.
func TestPooledConnectionsAreNoted(t *testing.T) {
	for policy, want := range map[string]bool{"": true, ", per-request: true": false} {
		p := planned(t, parsed(t, `
name: pooled
targets:
  lb: {lab: {lb: {backend: "https://app:8443"`+policy+`}}, ports: [8080, 8404], uses: [app]}
  app: {lab: {web: {}, tls: true}, replicas: 2, ports: [8443]}
load:
  visitors: {to: "http://lb:8080/", rate: 100/s}
phases: {baseline: 15s, hold: 10s, recovery: 15s, confirm: 3s}
faults:
  stale: {tls: {link: lb -> app-2, as: expired}}
sla: {recover: 5s}
`), Options{})
		if have := strings.Contains(strings.Join(english(p.Notes), "\n"),
			"lb keeps its connections to app-2 open"); have != want {
			t.Errorf("with %q: notes %q", policy, english(p.Notes))
		}
	}
}
