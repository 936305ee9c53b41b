package scenarios

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// What a message says to write in place of a scalar is read as what was meant, where it is pasted.
func TestInsteadPasted(t *testing.T) {
	texts := func(all ...string) []string { return all }
	target := func(s *Scenario) *Target { return s.Targets["a"] }
	command := func(s *Scenario) any { return target(s).Command }
	for _, c := range []struct {
		before, value, after string
		part                 func(*Scenario) any
		want                 any
	}{
		{"sla: {thresholds: ", "success of shoppers in run >= 90%", "}",
			func(s *Scenario) any { return s.SLA.Keep },
			texts("success of shoppers in run >= 90%")},
		{"sla: {thresholds: ", "'p95 of a in run <= 2s, success in run >= 9%'", "}",
			func(s *Scenario) any { return s.SLA.Keep },
			texts("p95 of a in run <= 2s", "success in run >= 9%")},
		{"targets: {a: {command: ", `'nginx -g "daemon off;"'`, "}}", command,
			[]secret.Text{"sh", "-c", `nginx -g "daemon off;"`}},
		{"targets: {a: {command: ", `"sh -c 'a: b # {c}, [d]'"`, "}}", command,
			[]secret.Text{"sh", "-c", "sh -c 'a: b # {c}, [d]'"}},
		{"targets: {a: {command: ", "--config=/etc/a.yml -v 8080 true", "}}", command,
			[]secret.Text{"--config=/etc/a.yml", "-v", "8080", "true"}},
		{"targets: {a: {publish: ", `"18080:8080"`, "}}",
			func(s *Scenario) any { return target(s).Publish }, texts("18080:8080")},
		{"targets: {a: {uses: ", `"*"`, "}}",
			func(s *Scenario) any { return target(s).Uses }, texts("*")},
		{"targets: {a: {uses: ", `db`, "}}",
			func(s *Scenario) any { return target(s).Uses }, texts("db")},
		{"targets: {a: {ports: ", `8080 8404`, "}}",
			func(s *Scenario) any { return target(s).Ports }, []uint16{8080, 8404}},
		{"targets: {a: {ready: ", `"http://a:8080/"`, "}}",
			func(s *Scenario) any { return *target(s).Ready }, Ready{HTTP: "http://a:8080/"}},
		{"targets: {a: {ready: ", `"a:8080"`, "}}",
			func(s *Scenario) any { return *target(s).Ready }, Ready{TCP: "a:8080"}},
		{"targets: {a: {build: ", `.`, "}}",
			func(s *Scenario) any { return *target(s).Build }, Build{Context: "."}},
		{"load: {a: {connections: ", `5s`, "}}",
			func(s *Scenario) any { return *s.Load["a"].Connections }, Connections{Live: 5e9}},
		{"load: {a: {connections: ", `request`, "}}",
			func(s *Scenario) any { return *s.Load["a"].Connections }, Connections{Per: "request"}},
		{"load: {a: {expect: ", `"200"`, "}}",
			func(s *Scenario) any { return s.Load["a"].Expect.Status }, []int{200}},
		{"abort: ", `"success < 20% for 10s"`, "",
			func(s *Scenario) any { return *s.Abort }, Abort{When: "success < 20% for 10s"}},
		{"watch: {a: {http: ", `"http://a:8080/"`, "}}",
			func(s *Scenario) any { return s.Watch["a"].HTTP.URL }, secret.Text("http://a:8080/")},
	} {
		read := func(value string) (*Scenario, Problems) {
			s, _, problems := Decode("x.yaml", []byte(c.before+value+c.after+"\n"), os.DirFS("."))
			return s, problems
		}
		_, problems := read(c.value)
		_, cure, ok := strings.Cut(problems.Error(), ": write ")
		if !ok || len(problems) != 1 {
			t.Errorf("%s%s: no cure: %v", c.before, c.value, problems)
			continue
		}
		s, problems := read(cure)
		if len(problems) > 0 {
			t.Errorf("%s%s: pasted %s: %v", c.before, c.value, cure, problems)
		} else if have := c.part(s); !reflect.DeepEqual(have, c.want) {
			t.Errorf("%s%s: pasted %s: have %+v, want %+v", c.before, c.value, cure, have, c.want)
		}
	}
	for _, text := range []string{"targets: {a: {command: '-g \"daemon off;\"'}}",
		"targets: {a: {ports: \"80:80\"}}", "targets: {a: {ready: yes please}}",
		"sla: {thresholds: " + strings.Repeat("long ", 99) + "}"} {
		_, _, problems := Decode("x.yaml", []byte(text+"\n"), os.DirFS("."))
		if err := problems.Error(); len(problems) != 1 || strings.Contains(err, ": write ") {
			t.Errorf("%s: a cure that is none: %v", text, problems)
		}
	}
}
