package docker

import (
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// A target that is not ready is reported with what it was asked; a wrong port with where it
// is written; a secret in a URL by its name.
func TestRefusalSaysWhatWasAsked(t *testing.T) {
	tcp := load.Check{TCP: &load.TCPProbe{Address: "app-1:8080"}}
	http := load.Check{HTTP: &load.HTTPProbe{URL: secret.Text("http://app-1/?key=${env:KEY}")}}
	ready := &scenarios.Target{Ready: &scenarios.Ready{TCP: "app-1:8080"}}
	const ports = ": nothing listens there; is 8080 the port that its program listens on, on all " +
		"addresses and not on 127.0.0.1 alone? "
	for _, c := range []struct {
		spec         *scenarios.Target
		check        load.Check
		detail, want string
	}{
		{&scenarios.Target{}, tcp, "refused", "tcp app-1:8080 refused" + ports + "(ports)"},
		{ready, tcp, "refused", "tcp app-1:8080 refused" + ports + "(ready)"},
		{ready, tcp, "dial-timeout", "tcp app-1:8080 dial-timeout"},
		{ready, http, "503", "GET http://app-1/?key=${env:KEY} 503"},
		{ready, http, "refused", "GET http://app-1/?key=${env:KEY} refused: nothing listens there; " +
			"is 80 the port that its program listens on, on all addresses and not on 127.0.0.1 " +
			"alone? (ready)"},
	} {
		have := refusal(plan.Node{Name: "app-1", Spec: c.spec}, c.check, c.detail)
		if have != c.want {
			t.Errorf("have %s\nwant %s", have, c.want)
		}
	}
}
