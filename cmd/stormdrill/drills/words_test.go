//go:build drill

package drills

import (
	"bytes"
	"io/fs"
	"os"
	"regexp"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Real servers say of each fault what they say in the field: HAProxy in the
// termination state of its log, nginx in its error log. Refusals are as many there
// as the switchboard counted; of the resets, but for connections that were between
// an answer and their end.
func TestLongServersWords(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]struct {
		refused, torn string
		silent        []string // both while connecting and while waiting
	}{
		"haproxy-words.yaml": {
			refused: `status=503 server=app-2 .* ended=SC`,
			torn:    `status=502 server=app-3 .* ended=SH`,
			silent: []string{`status=503 server=app-2 .* ended=sC`,
				`status=504 server=app-2 .* ended=sH`},
		},
		"nginx-words.yaml": {
			refused: `connect\(\) failed \(111: Connection refused\) while connecting to upstream`,
			torn:    `recv\(\) failed \(104: Connection reset by peer\) while reading response header from upstream`,
			silent: []string{`upstream timed out \(110: Connection timed out\) while connecting to upstream`,
				`upstream timed out \(110: Connection timed out\) while reading response header from upstream`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := run(t, name)
			o.want(t, sla.Pass, 0)
			log := o.log(t, "lb")
			said := func(words string) uint64 { return uint64(len(regexp.MustCompile(words).FindAllString(log, -1))) }
			for _, f := range o.card.Faults {
				n, counted := uint64(0), f.Proof.Users
				switch f.Name {
				case "refused":
					n = said(words.refused)
				case "torn":
					n = said(words.torn)
				default:
					continue
				}
				if n == 0 || n > counted || f.Name == "refused" && n != counted ||
					10*n < 9*counted {
					t.Errorf("%s: said %d times, and the switchboard counted %d", f.Name, n,
						counted)
				}
			}
			for _, words := range words.silent {
				if said(words) == 0 {
					t.Errorf("silence: never %q", words)
				}
			}
		})
	}
}

// HAProxy and nginx trust the drill's own authority and no other: of a bad certificate each
// says what is wrong with it, as often as the switchboard counted; and no key is among the
// evidence.
func TestDrillTLSWords(t *testing.T) {
	t.Parallel()
	o := run(t, "tls-words.yaml")
	o.want(t, sla.Pass, 0)
	users := met(o.record(t), "shoppers")
	for _, f := range o.card.Faults {
		expected := map[string]struct {
			node, words, class string
		}{
			"before": {"入口.内网", `shop/1: Connection closed during SSL handshake`, "tls-expired"},
			"between": {"入口.内网", `status=503 ended=SC why=Server presented an SSL certificate different from the expected one`,
				"http 503"},
			"behind": {"边缘.内网", `upstream SSL certificate verify error: \(10:certificate has expired\) while SSL handshaking to upstream`,
				"http 502"},
		}[f.Name]
		said := uint64(len(regexp.MustCompile(expected.words).FindAllString(o.log(t, expected.node), -1)))
		if n := f.Proof.Users; n == 0 || said != n || users[expected.class] != n {
			t.Errorf("%s: the switchboard counted %d, %s said so %d times, and %d users met %s: want the same",
				f.Name, n, expected.node, said,
				users[expected.class], expected.class)
		}
	}
	// A name of several parts leads to its link in a container, too, which knows its own as the
	// wire has it.
	for _, words := range []string{`(?m)^198\.1[89]\.\d+\.\d+ +STREAM app-2\.internal\.corp$`,
		`(?m)^I am xn--7p0an45a\.xn--v6q792i$`} {
		if !regexp.MustCompile(words).MatchString(o.log(t, "边缘.内网")) {
			t.Errorf("边缘.内网 never said %s", words)
		}
	}
	err := fs.WalkDir(os.DirFS(o.dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(os.DirFS(o.dir), path)
		if bytes.Contains(b, []byte("PRIVATE KEY")) {
			t.Errorf("%s holds a private key", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
