package faults_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// direct is a Runner as a fault has it where nothing is in between.
type direct struct{ *commands.Runner }

func (d direct) Inject(ctx context.Context, j commands.Job) (link.Bracket, error) {
	b := link.Bracket{Before: wire.Now()}
	err := d.Runner.Inject(ctx, j)
	b.After = wire.Now()
	return b, err
}

func (d direct) Lift(ctx context.Context, fault string) (link.Bracket, error) {
	b := link.Bracket{Before: wire.Now()}
	err := d.Runner.Lift(ctx, fault)
	b.After = wire.Now()
	return b, err
}

func (d direct) Prove(ctx context.Context, c commands.Command) (commands.Said, int64, error) {
	said, err := d.Runner.Prove(ctx, c)
	return said, wire.Now(), err
}

func script(lines string) []secret.Text { return []secret.Text{"sh", "-c", secret.Text(lines)} }

// counter is a fault that is a file, and counts what another file says.
func counter(t *testing.T) (*faults.Exec, string) {
	t.Helper()
	dir := t.TempDir()
	return &faults.Exec{
		Target: "app",
		Inject: script(`touch "$DIR/there"`),
		Lift:   script(`rm -f "$DIR/there"`),
		Proof:  script(`cat "$DIR/count" 2>/dev/null || echo 0 things; test -e "$DIR/there"`),
		Env:    map[string]secret.Text{"DIR": secret.Text(dir)},
	}, dir
}

func bound(t *testing.T, f *faults.Exec, environment ...string) faults.Injection {
	t.Helper()
	in, err := f.Bind("mine", faults.Site{Targets: []string{"app"},
		Commands: direct{&commands.Runner{}}, Environment: environment})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Of a running total only what was added since the injection is the fault's; of one
// that is gone with the fault, the last that it said stands.
func TestExecCounts(t *testing.T) {
	f, dir := counter(t)
	in := bound(t, f)
	count := filepath.Join(dir, "count")
	want := func(when string, users uint64, active bool) {
		t.Helper()
		c, err := in.Proof(t.Context())
		want := link.Count{Unit: "things", Users: users, Total: users, Blind: true, Active: active,
			At: c.At}
		if err != nil || c != want || c.At == 0 {
			t.Errorf("%s: have %+v, %v, want %+v", when, c, err, want)
		}
	}
	write(t, count, "40 things\n")
	want("before", 0, false)
	if _, err := in.Inject(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("injected", 0, true)
	write(t, count, "47 things\n")
	want("touched", 7, true)
	if err := os.Remove(count); err != nil {
		t.Fatal(err)
	}
	want("the counter is gone", 7, true)
	for range 2 {
		if _, err := in.Lift(t.Context()); err != nil {
			t.Fatal(err)
		}
		want("lifted", 7, false)
	}
}

// A proof that says nothing sensible is an error, and never a count.
func TestExecProof(t *testing.T) {
	for name, c := range map[string]struct{ proof, want string }{
		"nothing":    {"exit 1", `it printed "": want one line with a count`},
		"words":      {"echo many requests", "want one line with a count"},
		"two lines":  {"echo 3; echo 4", "want one line with a count"},
		"below zero": {"echo -3 requests", "want one line with a count"},
		"too many":   {"echo 99999999999999999999", "want one line with a count"},
		"another status": {"echo 3; echo no such container >&2; exit 2",
			"proof: exit status 2: want 0 while the fault is there, 1 while it is not: no such container"},
		"no such program": {"exec /no/such/program", "exit status 127"},
		"there already":   {"echo 3", "is the fault of an earlier run still there"},
	} {
		t.Run(name, func(t *testing.T) {
			f, dir := counter(t)
			f.Proof = script(c.proof)
			_, err := bound(t, f).Inject(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("have error %v, want %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "there")); err == nil {
				t.Error("it was injected")
			}
		})
	}
}

// Commands are given the drill's facts; secrets reach them, and nothing that is said of
// them holds one: neither the plan, nor an error, nor the command for a person.
func TestExecSecrets(t *testing.T) {
	t.Setenv("TOKEN", "s3cret")
	f, dir := counter(t)
	f.Env["KEY"] = "Bearer ${env:TOKEN}"
	f.Inject = append(script(`echo "$STORMDRILL_RUN $KEY $0" >"$DIR/given"; echo "401 for $KEY and $0" >&2; exit 22`),
		"${env:TOKEN}")
	f.Lift = append(script(`echo "not with $0" >&2; exit 1`), "${env:TOKEN}")
	in := bound(t, f, "STORMDRILL_RUN=0123")
	_, failed := in.Inject(t.Context())
	_, unlifted := in.Lift(t.Context())
	for _, c := range []struct {
		err  error
		want string
	}{
		{failed, "sh: exit status 22: 401 for Bearer ${env:TOKEN} and ${env:TOKEN}"},
		{unlifted, "sh: exit status 1: not with ${env:TOKEN}"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("have %v\nwant %s", c.err, c.want)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "given")); string(b) != "0123 Bearer s3cret s3cret\n" {
		t.Errorf("the command was given %q", b)
	}
	for _, c := range f.Commands() {
		if strings.Contains(c.Shell, "s3cret") || !strings.Contains(c.Shell, `"$TOKEN"`) {
			t.Errorf("shown as %s", c.Shell)
		}
	}
	if have, want := in.(faults.ByHand).ByHand(),
		"STORMDRILL_RUN=0123 \\\nDIR="+dir+` KEY='Bearer '"$TOKEN" sh -c 'echo "not with $0" >&2; exit 1' "$TOKEN"`; have != want {
		t.Errorf("by hand: have\n%s\nwant\n%s", have, want)
	}
}

// Time for the proofs around a lift is its commands'.
func TestExecTakes(t *testing.T) {
	f, _ := counter(t)
	if have := faults.Takes(f); have != 30*time.Second {
		t.Errorf("have %s", have)
	}
	if have := faults.Takes(&faults.Kill{}); have != 0 {
		t.Errorf("kill: have %s", have)
	}
}
