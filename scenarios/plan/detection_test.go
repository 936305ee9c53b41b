package plan

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A limit of a detection is a duration, or one with a condition.
func TestDetectIfFelt(t *testing.T) {
	text := func(detect string) string {
		return strings.NewReplacer("faults: {f: FAULT}", "faults: {f: {kill: {target: app-1}}}",
			"sla: {recover: 5s}", "sla: {recover: 5s, outage: 8s, detect: "+detect+"}").Replace(watched)
	}
	p := planned(t, parsed(t, text("{own: 3s, pager: {within: 5s, if: felt}, placed: {within: 4s}}")),
		Options{})
	o := p.Header.Objectives
	if o.Detect["own"] != 3*time.Second || o.Detect["pager"] != 5*time.Second ||
		o.Detect["placed"] != 4*time.Second || !slices.Equal(o.IfFelt, []string{"pager"}) {
		t.Errorf("have %v, if felt %v", o.Detect, o.IfFelt)
	}
	if o.Outage == nil || *o.Outage != 8*time.Second {
		t.Errorf("outage %v", o.Outage)
	}
	var said []string
	for _, j := range p.Objectives() {
		if j.Name == "recover" || j.Name == "outage" {
			said = append(said, j.By.English)
		}
	}
	want := []string{"the users' own requests, from when app-1 serves again after the lift: how long that takes is not in it, and sla.outage bounds the whole",
		"the users' own requests, the first bad one to the last"}
	if !slices.Equal(said, want) {
		t.Errorf("have %q, want %q", said, want)
	}
	for detect, want := range map[string]string{
		"{own: {within: 3s, if: seen}}": `sla.detect: if "seen": want felt, or none`,
		"{own: {if: felt}}":             "sla.detect: want a limit above zero",
		"{own: [3s]}":                   "want",
	} {
		if _, err := Parse("test.yaml", []byte(text(detect))); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: have %v, want %q", detect, err, want)
		}
	}
}
