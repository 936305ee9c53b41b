//go:build drill

package faults_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// firewall is the program of a user's own: a packet filter at the app's own door,
// with a counter. Its arguments are what to do and the app's process.
//
//	inject, lift, proof  as an exec fault's
//	half                 injects, and then fails
//	hang                 injects, and then hangs
func firewall() int {
	pid, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return complain(err)
	}
	ns, err := netns.GetFromPid(pid)
	if err != nil {
		return complain(err)
	}
	defer ns.Close()
	conn, err := nftables.New(nftables.WithNetNSFd(int(ns)))
	if err != nil {
		return complain(err)
	}
	switch os.Args[1] {
	case "inject":
		return complain(refuseSYNs(conn))
	case "half":
		return complain(errors.Join(refuseSYNs(conn), errors.New("the second rule is not taken")))
	case "hang":
		if err := refuseSYNs(conn); err != nil {
			return complain(err)
		}
		time.Sleep(time.Hour) // where nothing else runs, the runtime ends a program that waits for nothing
	case "lift":
		conn.DelTable(door)
		if err := conn.Flush(); err != nil && !errors.Is(err, unix.ENOENT) {
			return complain(err)
		}
		return 0
	}
	n, there, err := refusedSYNs(conn)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	fmt.Println(n, "SYNs refused")
	if !there {
		return 1
	}
	return 0
}

func complain(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return 3
}

var door = &nftables.Table{Name: "door", Family: nftables.TableFamilyIPv4}

// refuseSYNs is: tcp flags & (syn | ack) == syn counter reject with tcp reset.
func refuseSYNs(conn *nftables.Conn) error {
	conn.AddTable(door)
	c := conn.AddChain(&nftables.Chain{Name: "in", Table: door, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	conn.AddRule(&nftables.Rule{Table: door, Chain: c, Exprs: []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{0x12},
			Xor: []byte{0}},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{0x02}},
		&expr.Counter{},
		&expr.Reject{Type: unix.NFT_REJECT_TCP_RST},
	}})
	return conn.Flush()
}

func refusedSYNs(conn *nftables.Conn) (n uint64, there bool, err error) {
	n, there, err = packetsIn(conn, door, "in")
	if errors.Is(err, unix.ENOENT) {
		return 0, false, nil
	}
	return n, there, err
}

// atTheDoor is an exec fault that runs the firewall, over a conversation such as
// the CLI has with the process that runs commands; cut ends the conversation.
func (l *lab) atTheDoor(inject string, within time.Duration) (in faults.Injection,
	r *commands.Runner, cut func()) {
	l.t.Helper()
	r = &commands.Runner{}
	calls, toRunner, err := os.Pipe()
	l.must(err)
	fromRunner, answers, err := os.Pipe()
	l.must(err)
	ended := make(chan error, 1)
	go func() { ended <- wire.NewServer(answers).Serve(context.Background(), calls, r.Handlers()) }()
	peer := wire.NewPeer(fromRunner, toRunner, nil)
	cut = func() {
		_ = peer.Close()
		<-ended
		_ = answers.Close()
		<-peer.Done()
		_, _ = calls.Close(), fromRunner.Close()
	}
	words := func(what string) []secret.Text {
		return []secret.Text{"/proc/self/exe", secret.Text(what),
			secret.Text(fmt.Sprint(l.app.cmd.Process.Pid))}
	}
	f := &faults.Exec{Target: "app", Inject: words(inject), Lift: words("lift"),
		Proof: words("proof"), Timeout: within}
	in, err = f.Bind("door", faults.Site{Links: spec(false).Links[:1], Targets: []string{"app"},
		Commands: asked{peer}, Environment: []string{roleVariable + "=firewall"}})
	l.must(err)
	return in, r, cut
}

// asked are commands as the CLI has them, on a clock that needs no shift.
type asked struct{ *wire.Peer }

func (a asked) Inject(ctx context.Context, j commands.Job) (link.Bracket, error) {
	return a.call(ctx, "inject", j)
}

func (a asked) Lift(ctx context.Context, fault string) (link.Bracket, error) {
	return a.call(ctx, "lift", fault)
}

func (a asked) Prove(ctx context.Context, c commands.Command) (said commands.Said, at int64,
	err error) {
	err = a.Call(ctx, "prove", c, &said)
	return said, wire.Now(), err
}

func (a asked) call(ctx context.Context, name string, in any) (link.Bracket, error) {
	b := link.Bracket{Before: wire.Now()}
	err := a.Call(ctx, name, in, nil)
	b.After = wire.Now()
	return b, err
}

// A fault of the user's own keeps the contract: not there before; there when its
// command has ended, and connections that stand go on; its count is what the
// client's tries met; gone after the lift, also after a cancel, also twice.
func TestContractExec(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	in, _, cut := l.atTheDoor("inject", 0)
	defer cut()
	l.keep()
	held{lab: l, in: in, well: func(when string) {
		refusing.wantWell(l, when)
		l.wantKept(when)
	}, bitten: func(b link.Bracket) {
		if b.Before == 0 || b.After < b.Before {
			t.Errorf("bracket %+v", b)
		}
		l.wantRefused(in)
		l.wantKept("during the fault")
	}}.hold()
	_, err := in.Inject(t.Context())
	l.must(err)
	l.wantRefused(in) // counted anew
	l.wantLifted(in)
}

// refusing is what the firewall does, as users meet it.
var refusing = row{name: "door", fault: &faults.Refuse{Link: userPath}, hit: failed(refused),
	share: 1, quick: true}

// wantRefused tries as users do, and wants each try refused and counted.
func (l *lab) wantRefused(in faults.Injection) {
	l.t.Helper()
	for _, o := range l.try(users(tries)) {
		if o.Failure != refused {
			l.t.Errorf("not refused: %+v", o)
		}
	}
	if c := l.proof(in); c.Users != tries || c.Total != tries || c.Unit != "SYNs refused" ||
		!c.Active || c.Own {
		l.t.Errorf("proof %+v, want %d SYNs refused", c, tries)
	}
}

// What a command did before it failed, hung, or lost its caller is undone.
func TestContractExecHalfWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		inject string
		within time.Duration
		want   string
	}{
		{"half", 0, "exit status 3: the second rule is not taken"},
		{"hang", 3 * time.Second, "not done within 3s, and ended with all its processes"},
	} {
		t.Run(c.inject, func(t *testing.T) {
			l := newLab(t, spec(false))
			in, _, cut := l.atTheDoor(c.inject, c.within)
			defer cut()
			if _, err := in.Inject(t.Context()); err == nil ||
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("have error %v, want %q", err, c.want)
			}
			l.wantRefused(in)
			l.wantLifted(in)
			refusing.wantWell(l, "after Lift")
		})
	}
	t.Run("no caller", func(t *testing.T) {
		l := newLab(t, spec(false))
		in, runner, cut := l.atTheDoor("hang", time.Minute)
		failed := make(chan error, 1)
		go func() {
			_, err := in.Inject(context.Background())
			failed <- err
		}()
		for deadline := time.Now().Add(20 * time.Second); !l.refuses(); {
			if time.Now().After(deadline) {
				t.Fatal("never injected")
			}
		}
		cut()
		if err := <-failed; err == nil {
			t.Error("an injection without an end: no error")
		}
		runner.Settle(t.Context(), func(fault string, err error) {
			if fault != "door" || err != nil {
				t.Errorf("settled %s: %v", fault, err)
			}
		})
		refusing.wantWell(l, "after all is settled")
	})
}

func (l *lab) refuses() bool {
	l.t.Helper()
	return l.try(users(1))[0].Failure == refused
}
