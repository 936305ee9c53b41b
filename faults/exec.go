package faults

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
)

// Exec is a fault of the user's own: three commands, each a program with its
// arguments, run on the machine of the CLI, with its environment and rights.
type Exec struct {
	// where users meet what the commands do
	Target string `yaml:"target" jsonschema:"required"`
	// the fault is there when it has ended with status 0
	Inject []secret.Text `yaml:"inject" jsonschema:"required"`
	// Lift undoes it. It runs where inject failed half-way too, and again where it
	// failed itself.
	Lift []secret.Text `yaml:"lift" jsonschema:"required"`
	// Proof prints how many of the users' requests, connections or packets the fault
	// touched, a running total, and what they are: 37 requests refused. Its status is
	// 0 while the fault is there, 1 while it is not.
	Proof   []secret.Text          `yaml:"proof" jsonschema:"required"`
	Timeout time.Duration          `yaml:"timeout"` // of each command; default 10s, at most 1m
	Env     map[string]secret.Text `yaml:"env"`     // besides this machine's own
}

// Limits of a command's time.
const (
	defaultExecTimeout = 10 * time.Second
	mostExecTimeout    = time.Minute
)

// Aim is the target, and all links that end there.
func (f *Exec) Aim() Aim { return Aim{Target: f.Target} }

// Traits: what it counts, its proof says.
func (*Exec) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Server, Vouched: true}
}

// Bite is nothing: what the command does is done when it ends.
func (f *Exec) Bite() time.Duration { return 0 }

// Takes is what the commands of a lift may need: one for the proof before it, the
// lift, one for the proof after it.
func (f *Exec) Takes() time.Duration { return 3 * f.timeout() }

func (f *Exec) timeout() time.Duration {
	if f.Timeout == 0 {
		return defaultExecTimeout
	}
	return f.Timeout
}

func (f *Exec) String() string {
	return fmt.Sprintf("runs commands of its own on this machine, each for at most %s", f.timeout())
}

// Commands are the three, in order, as a shell would take them; secrets are the
// names of their variables.
func (f *Exec) Commands() []CommandLine {
	var all []CommandLine
	for _, c := range []struct {
		what  string
		words []secret.Text
	}{{"inject", f.Inject}, {"lift", f.Lift}, {"proof", f.Proof}} {
		if len(c.words) > 0 {
			all = append(all, CommandLine{c.what, string(c.words[0]), f.shell(c.words)})
		}
	}
	return all
}

// shell writes a command, and before it the environment that it gets, as one line.
func (f *Exec) shell(words []secret.Text) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(f.Env)) {
		all = append(all, name+"="+f.Env[name].Shell())
	}
	return strings.Join(append(all, secret.Line(words)), " ")
}

// own is the prefix of what Stormdrill passes to commands; no env may begin with it.
const own = "STORMDRILL_"

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Bind checks that there are three commands; whether their programs are there is
// seen before the drill begins.
func (f *Exec) Bind(name string, site Site) (Injection, error) {
	for _, c := range []struct {
		key, why string
		words    []secret.Text
	}{
		{"inject", "the program and its arguments that make the fault, such as inject: [docker, " +
			"pause, …]", f.Inject},
		{"lift", "those that undo it; where nothing is to be undone, say so: lift: [\"true\"]",
			f.Lift},
		{"proof", "those that print how many of the users' requests it touched, and end with " +
			"status 0 while it is there, 1 while it is not: a fault that cannot be proven is " +
			"never a pass", f.Proof},
	} {
		if len(c.words) == 0 || c.words[0] == "" {
			return nil, setting(c.key, "%s is missing: want %s", c.key, c.why)
		}
		if c.words[0].Secret() {
			return nil, setting(c.key, "%s: the program is shown: write it out, without ${env:…}",
				c.key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Env)) {
		if !variable.MatchString(name) || strings.HasPrefix(name, own) {
			return nil, setting("env", "env %s: want letters, digits and underscores, and no "+
				"name that begins with %s: those say where the drill is", name, own)
		}
	}
	if f.Timeout < 0 || f.Timeout > mostExecTimeout {
		return nil, setting("timeout", "timeout %s: want at most %s", f.Timeout, mostExecTimeout)
	}
	if len(site.Targets) == 0 {
		return nil, errors.New("it hits no target")
	}
	return f.injection(name, site)
}

// injection names the secrets to what runs the commands, with them in its environment.
func (f *Exec) injection(name string, site Site) (*ownCommands, error) {
	o := &ownCommands{runner: site.Commands,
		hidden: slices.Concat(f.Inject, f.Lift, f.Proof, slices.Collect(maps.Values(f.Env)))}
	var env []secret.Text
	for _, e := range site.Environment {
		env = append(env, secret.Text(e))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Env)) {
		if err := f.Env[name].Check(); err != nil {
			return nil, setting("env", "env %s: %w", name, err)
		}
		env = append(env, secret.Text(name+"=")+f.Env[name])
	}
	o.job.Fault = name
	for _, c := range []struct {
		key   string
		words []secret.Text
		to    *commands.Command
	}{{"inject", f.Inject, &o.job.Inject}, {"lift", f.Lift, &o.job.Lift}, {"proof", f.Proof,
		&o.proof}} {
		c.to.Args, c.to.Env, c.to.Within = c.words, env, f.timeout()
		for _, w := range c.words {
			if err := w.Check(); err != nil {
				return nil, setting(c.key, "%s: %w", c.key, err)
			}
		}
	}
	o.byHand = f.byHand(site.Environment)
	return o, nil
}

// byHand is the lift for a person to run, with what it is given of the drill.
func (f *Exec) byHand(environment []string) string {
	var all []string
	for _, e := range environment {
		name, value, _ := strings.Cut(e, "=")
		all = append(all, name+"="+secret.Text(value).Shell())
	}
	return strings.Join(append(all, f.shell(f.Lift)), " \\\n")
}

// ownCommands are an Exec's.
type ownCommands struct {
	runner Commands
	job    commands.Job
	proof  commands.Command
	byHand string
	hidden []secret.Text

	injected bool
	base     uint64 // what the proof had counted before
	most     uint64 // what it counted since: of a rule that is gone the last that it said
}

// ByHand is how a person lifts it, by a shell.
func (o *ownCommands) ByHand() string { return o.byHand }

// Inject makes sure that the fault is not there yet, and runs the command.
func (o *ownCommands) Inject(ctx context.Context) (link.Bracket, error) {
	n, c, err := o.read(ctx)
	if err != nil {
		return link.Bracket{}, err
	}
	if c.Active {
		return link.Bracket{}, errors.New("proof: it ends with status 0 before anything was " +
			"injected: is the fault of an earlier run still there, or does it say so always?")
	}
	o.injected, o.base, o.most = true, n, 0
	b, err := o.runner.Inject(ctx, o.job)
	return b, o.hide(err)
}

// Lift runs the command if Inject has run, and no lift has succeeded yet.
func (o *ownCommands) Lift(ctx context.Context) (link.Bracket, error) {
	b, err := o.runner.Lift(ctx, o.job.Fault)
	return b, o.hide(err)
}

// Proof gives what the command counts, above what it had counted before. Whose traffic that
// was, and when it was touched first, it does not say.
func (o *ownCommands) Proof(ctx context.Context) (link.Count, error) {
	n, c, err := o.read(ctx)
	if err != nil {
		return c, err
	}
	if o.injected {
		o.most = max(o.most, n-min(n, o.base))
	}
	c.Users, c.Total = o.most, o.most
	return c, nil
}

// counted is what a proof prints: a number, and what it is of.
var counted = regexp.MustCompile(`^([0-9]+)(?:[ \t]+([^\n]+))?$`)

// read runs the proof.
func (o *ownCommands) read(ctx context.Context) (n uint64, c link.Count, err error) {
	said, at, err := o.runner.Prove(ctx, o.proof)
	if err != nil {
		return 0, c, o.hide(err)
	}
	if said.Status > 1 {
		return 0, c, o.hide(fmt.Errorf("proof: exit status %d: want 0 while the fault is there, "+
			"1 while it is not: %s", said.Status, strings.TrimSpace(said.Err+" "+said.Out)))
	}
	m := counted.FindStringSubmatch(said.Out)
	if m != nil {
		n, err = strconv.ParseUint(m[1], 10, 63)
	}
	if m == nil || err != nil {
		return 0, c, o.hide(fmt.Errorf("proof: it printed %q: want one line with a count, and "+
			"what it is of, such as 37 requests refused; its stderr: %q", said.Out, said.Err))
	}
	c = link.Count{Unit: m[2], Blind: true, Active: said.Status == 0, At: at}
	if c.Unit == "" {
		c.Unit, c.Counted = "counted by its proof", link.Unit{Code: "counted-by-proof"}
	}
	return n, c, nil
}

// hide keeps secrets out of what a command complained of.
func (o *ownCommands) hide(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(secret.Hide(err.Error(), o.hidden...))
}
