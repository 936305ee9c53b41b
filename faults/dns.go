package faults

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// DNS changes what clients are answered by the drill's resolver, over UDP and TCP alike.
// Those that have the address already, from a cache or an open connection, do not ask and
// are not hit.
type DNS struct {
	// what asks: a load group, a target or a replica; * globs
	From  string   `yaml:"from" jsonschema:"required"`
	Names []string `yaml:"names"` // default: all that they use
	// Answer is one of nxdomain, servfail, refused, empty (the name is there and has no
	// address), none (silence), slow (right,
	// after delay), truncated (right over TCP alone), wrong (address) or stale: the
	// names have moved to another target, to, and their old address refuses.
	Answer  string        `yaml:"answer" jsonschema:"required"`
	Delay   time.Duration `yaml:"delay"`   // of slow; at most 1m, and most clients wait for 5s
	Address string        `yaml:"address"` // of wrong; default an address with no host
	To      string        `yaml:"to"`      // of stale: a target or a replica
	// Share is of lookups, each question drawn by itself, one that is asked again too; not of
	// stale. Default 100%.
	Share *quantity.Share `yaml:"share"`
	// TTL is how long answers about the names may be kept, of stale, from the start of
	// the run: for so long clients that go by it do not see the move. Whole seconds, up to
	// 24h; default 1s.
	TTL time.Duration `yaml:"ttl"`
}

// Aim is the client that asks.
func (f *DNS) Aim() Aim {
	return Aim{From: f.From, Names: f.Names, Misleads: f.Answer == "wrong",
		Moves: f.Answer == "stale", MovesTo: f.To, MovesTTL: f.TTL}
}

// Traits: it counts lookups.
func (f *DNS) Traits() link.Traits {
	return link.Traits{Counts: link.Lookups, Cause: link.Network, New: true,
		Unit: link.Unit{Code: "queries-answered", Value: f.Answer}}
}

// Bite is the mode switch: one query's time.
func (f *DNS) Bite() time.Duration { return 20*time.Millisecond + f.Delay }

func (f *DNS) String() string {
	what := map[string]string{"none": "answers nothing", "empty": "answers without an address",
		"slow": fmt.Sprintf("answers %s late", f.Delay), "truncated": "truncates answers over UDP",
		"wrong": "answers a wrong address",
		"stale": fmt.Sprintf("answers with %s, where the name has moved,", f.To)}[f.Answer]
	if what == "" {
		what = "answers " + strings.ToUpper(f.Answer)
	}
	if len(f.Names) > 0 {
		what += " for " + strings.Join(f.Names, ", ")
	}
	if value(f.Share) < 1 {
		what += fmt.Sprintf(", in %s of lookups", f.Share)
	}
	if f.Answer == "stale" {
		what += "; the old address refuses"
		if f.TTL > 0 {
			what += fmt.Sprintf(", and may be kept for %s", f.TTL)
		}
	}
	return "the resolver " + what
}

// MostTTL is what a resolver may be asked to keep at most (RFC 2181: 2³¹ − 1 s); longer
// than a day none of them does.
const MostTTL = 24 * time.Hour

// longestDNSDelay is far above what any client waits for (resolv.conf(5): 30 s at most).
const longestDNSDelay = time.Minute

// Part is the share of lookups: at most so many new connections meet it.
func (f *DNS) Part() float64 { return value(f.Share) }

// Bind checks the answer and what belongs to it.
func (f *DNS) Bind(name string, site Site) (Injection, error) {
	if !slices.Contains(link.DNSAnswers, f.Answer) {
		return nil, setting("answer", "answer %q: want one of %s", f.Answer,
			strings.Join(link.DNSAnswers, ", "))
	}
	if slow := f.Answer == "slow"; slow && (f.Delay <= 0 || f.Delay > longestDNSDelay) || !slow &&
		f.Delay != 0 {
		return nil, setting("delay", "delay %s: want one above zero and up to %s with answer: "+
			"slow, and none otherwise", f.Delay, longestDNSDelay)
	}
	if err := checkShare(f.Share); err != nil {
		return nil, err
	}
	if f.Share != nil && f.Answer == "stale" {
		return nil, setting("share", "share: a name that has moved has moved for all clients: "+
			"leave it out with answer: stale")
	}
	rule := link.DNS{Askers: site.Askers, Names: f.Names, Answer: f.Answer, Delay: f.Delay,
		Share: value(f.Share)}
	if f.Answer != "wrong" && f.Answer != "stale" {
		rule.Apart = site.Apart
	}
	if f.TTL != 0 && (f.Answer != "stale" || f.TTL < 0 || f.TTL > MostTTL ||
		f.TTL%time.Second != 0) {
		return nil, setting("ttl", "ttl %s: an answer says it in whole seconds: want 1s to %s, "+
			"with answer: stale, and none otherwise", f.TTL, MostTTL)
	}
	if f.Address != "" {
		a, err := netip.ParseAddr(f.Address)
		if err != nil || !a.Is4() || f.Answer != "wrong" {
			return nil, setting("address", "address %q: want an IPv4 address, with answer: wrong",
				f.Address)
		}
		rule.Address = a
	}
	if len(site.Askers) == 0 {
		return nil, setting("from", "from is missing: want a load group, a target or a replica")
	}
	if stale := f.Answer == "stale"; stale != (f.To != "") {
		return nil, setting("to", "to %q: want where the names have moved to, with answer: "+
			"stale, and nothing otherwise", f.To)
	} else if stale {
		return f.moved(name, rule, site)
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, DNS: &rule}}, nil
}
