package watch

import (
	"regexp"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Follower makes of a detector's answers, one after the other as they come, what it
// finds:
//
//   - http, tcp, command: an alarm is raised at the end of the Fails-th bad answer
//     in a row, and over at the end of the Oks-th good one;
//   - haproxy, lb: the state changed between the last answer that still gave the
//     old one and the first that gave the new one;
//   - webhook: at the arrival of a notification. One as Alertmanager writes it (payload
//     version 4) is read alert by alert, each distinguished by its fingerprint, or by
//     its labels: an alarm is on while any alert that matches fires, whatever else is
//     resolved, and one that is resolved without having fired raises nothing. Of any
//     other body Match finds an alarm, and Resolved, which wins, its end;
//   - log: at a line that matches; each node's log has alarms of its own, and no line is
//     taken for a payload.
//
// An answer that could not be had says nothing, neither good nor bad.
type Follower struct {
	Noticed
	watcher         timeline.Watcher
	bad, good       int   // in a row
	last            int64 // start of the answer before
	match, resolved *regexp.Regexp
	alarmed         map[string]bool // by what had no alerts of its own, by the node that wrote it
	firing          firing          // alerts
	on              map[string]int  // places in Told of those that fire, by their keys
	news            bool            // the notification changed which alerts fire
}

// Follow begins with a detector that has found nothing.
func Follow(w timeline.Watcher) *Follower {
	return &Follower{Noticed: Noticed{Ends: !w.Told || w.Resolved != ""}, firing: firing{},
		alarmed: map[string]bool{}, on: map[string]int{}, watcher: w, match: pattern(w.Match),
		resolved: pattern(w.Resolved)}
}

// Answer takes an answer; another check's, or one that is not known, is left alone.
func (f *Follower) Answer(a load.Answer) {
	if a.Check != f.watcher.Name || !a.Known || f.watcher.Told {
		return
	}
	f.Asked++
	at := Span{a.End, a.End}
	fails, oks := max(1, f.watcher.Fails), max(1, f.watcher.Oks)
	if f.watcher.Polled {
		fails, oks = 1, 1
		if at.Before = f.last; f.Asked == 1 {
			at.Before = a.Start
		}
		f.last = a.Start
	}
	if f.watcher.Tells() == timeline.StepRule {
		if since, active := activeSince(a.Detail); active {
			raise(&f.Active, at, since)
		} else {
			end(f.Active, at)
		}
	}
	if a.Good {
		f.bad, f.good = 0, f.good+1
		if f.good >= oks {
			end(f.Alarms, at)
		}
		return
	}
	f.bad, f.good = f.bad+1, 0
	if f.bad >= fails {
		raise(&f.Alarms, at, time.Time{})
	}
}

// activeSince reports whether a rule is pending or fires, and since when by Prometheus's clock.
func activeSince(detail string) (since time.Time, active bool) {
	for _, begins := range []string{load.PendingSince, load.FiringSince} {
		if text, ok := strings.CutPrefix(detail, begins); ok {
			since, _ = time.Parse(time.RFC3339Nano, text) // zero: it does not say
			return since, true
		}
	}
	return since, false
}

// Delivery takes a notification, and reports whether it says anything to this detector:
// another hook's is left alone, and one that says neither that something is wrong nor that
// it is over.
func (f *Follower) Delivery(d load.Delivery) bool {
	f.news = false
	if d.Hook != f.watcher.At() || !f.watcher.Told || !f.takes(d) {
		return false
	}
	f.Asked++
	at := Span{d.At, d.At}
	switch {
	case f.watcher.Person: // each word of theirs is one, and none an all-clear
		f.Alarms = append(f.Alarms, Alarm{Raised: at})
	case len(f.alarmed)+len(f.firing) == 0:
		end(f.Alarms, at)
	case f.news:
		raise(&f.Alarms, at, time.Time{})
	default:
		f.Repeats = append(f.Repeats, d.At)
	}
	return true
}

// change takes in that an alert fires now, or that it is over.
func (f *Follower) change(at int64, key string, labels map[string]string, fires bool) {
	f.news = true
	k, was := f.on[key]
	switch {
	case fires:
		f.on[key] = len(f.Told)
		f.Told = append(f.Told, Told{Alarm: Alarm{Raised: Span{at, at}}, Key: key, Labels: labels})
	case was:
		f.Told[k].end(Span{at, at})
		delete(f.on, key)
	}
}

// takes takes in what a notification says; false where that is nothing.
func (f *Follower) takes(d load.Delivery) bool {
	if !f.watcher.Lines {
		if p, ok := payloadOf(d.Body); ok {
			f.Ends = true
			return f.firing.take(p, f.matches, func(key string, labels map[string]string, on bool) {
				f.change(d.At, key, labels, on)
			})
		}
	}
	alarm := f.matches(d.Body)
	switch was := f.alarmed[d.From]; {
	case f.resolved != nil && f.resolved.MatchString(d.Body):
		if delete(f.alarmed, d.From); was {
			f.change(d.At, d.From, nil, false)
		}
	case alarm && !was && !f.watcher.Person:
		f.change(d.At, d.From, nil, true)
		fallthrough
	case alarm:
		f.alarmed[d.From] = true
	default:
		return false
	}
	return true
}

func (f *Follower) matches(text string) bool { return f.match == nil || f.match.MatchString(text) }

// pattern compiles what the plan has checked; nil where there is none.
func pattern(s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	p, err := regexp.Compile(s)
	if err != nil { // only in a record that was not written by a checked plan
		return regexp.MustCompile(regexp.QuoteMeta(s))
	}
	return p
}
