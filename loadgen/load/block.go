package load

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Block is a run of requests of one group, encoded by EncodeBlock. It is the
// body of the event "requests" (Data as base64) and an entry of a record.
type Block struct {
	Group string `json:"group"`
	Count int    `json:"count"`
	Data  []byte `json:"data"`
}

// blockVersion is the first byte of a block's data. The format, all integers
// varint, times in µs:
//
//	version count nodes {length name}… faults {length name}… then per request
//	flags seq−previous due−previous user−previous
//	[sent−due, unless unsent] done−(sent, or due if unsent)
//	[node] [status] [class] [attempts] [lookup handshake tls] [fault], where the
//	flags say so
//
// The first request's "previous" are zero. About ten bytes a request, fifteen
// with a connection of its own, one more where a fault answered. Version 1 had no
// steps, version 2 did not say which fault; both are still read.
const (
	blockVersion       = 3
	blockWithoutFaults = 2
	blockWithoutSteps  = 1
)

// MostNodeName bounds the name of an answering node, bytes.
const MostNodeName = 255

// MostFaultName bounds the name of an answering fault, bytes: as long as one may be.
const MostFaultName = 120

// smallestRequest is how few bytes one request takes: flags and four integers.
const smallestRequest = 5

const (
	flagReused   = 1 << iota
	flagInjected // a fault answered; which one follows, but for versions 1 and 2
	flagUnsent
	flagNode     // another node than the previous request
	flagStatus   // another status than the previous request
	flagClass    // a class follows; else OK
	flagAttempts // a number of attempts follows; else 1
	flagSteps    // a connection was asked for; not in version 1
)

var errBlock = errors.New("not a block of requests, or a damaged one")

// EncodeBlock packs observations of one group, at most a few thousand, in order
// of Seq; times are rounded to µs. It needs no other block to be read again. It
// sorts rs.
func EncodeBlock(group string, rs []Request) (Block, error) {
	slices.SortFunc(rs, func(a, b Request) int { return cmp.Compare(a.Seq, b.Seq) })
	e := encoder{}
	nodes, err := namesOf(rs, "node", MostNodeName,
		func(r *Request) (string, bool) { return r.Node, true })
	if err != nil {
		return Block{}, err
	}
	faults, err := namesOf(rs, "fault", MostFaultName,
		func(r *Request) (string, bool) { return r.Fault, r.Injected })
	if err != nil {
		return Block{}, err
	}
	e.header(len(rs), nodes, faults)
	prev := previous{node: -1}
	for _, r := range rs {
		if r.Class >= Classes {
			return Block{}, fmt.Errorf("block: request %d: class %d does not exist", r.Seq, r.Class)
		}
		e.request(&prev, r, slices.Index(nodes, r.Node), slices.Index(faults, r.Fault))
	}
	return Block{Group: group, Count: len(rs), Data: e.data}, nil
}

// previous is what a request is written as the difference from.
type previous struct {
	seq    uint64
	due    int64 // µs
	user   uint32
	node   int
	status uint16
}

// namesOf are the different names that requests have, where they have one.
func namesOf(rs []Request, what string, most int, of func(*Request) (string, bool)) ([]string,
	error) {
	var names []string
	for i := range rs {
		name, has := of(&rs[i])
		if len(name) > most {
			return nil, fmt.Errorf("block: request %d: %s name of %d bytes, %d at most", rs[i].Seq,
				what, len(name), most)
		}
		if has && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

type encoder struct{ data []byte }

func (e *encoder) unsigned(v uint64) { e.data = binary.AppendUvarint(e.data, v) }

func (e *encoder) signed(v int64) { e.data = binary.AppendVarint(e.data, v) }

func (e *encoder) header(count int, tables ...[]string) {
	e.data = append(e.data, blockVersion)
	e.unsigned(uint64(count))
	for _, names := range tables {
		e.unsigned(uint64(len(names)))
		for _, name := range names {
			e.unsigned(uint64(len(name)))
			e.data = append(e.data, name...)
		}
	}
}

func (e *encoder) request(p *previous, r Request, node, fault int) {
	flags := flagsOf(p, r, node)
	due, done := micros(r.Due), micros(r.Done)
	e.data = append(e.data, flags)
	e.signed(int64(r.Seq - p.seq))
	e.signed(due - p.due)
	e.signed(int64(r.User) - int64(p.user))
	begin := due
	if !r.Unsent {
		begin = micros(r.Sent)
		e.signed(begin - due)
	}
	e.signed(done - begin)
	if flags&flagNode != 0 {
		e.unsigned(uint64(node))
	}
	if flags&flagStatus != 0 {
		e.unsigned(uint64(r.Status))
	}
	if flags&flagClass != 0 {
		e.data = append(e.data, byte(r.Class))
	}
	if flags&flagAttempts != 0 {
		e.data = append(e.data, r.Attempts)
	}
	if flags&flagSteps != 0 {
		for _, s := range []Step{r.Lookup, r.Handshake, r.TLS} {
			e.unsigned(uint64(s))
		}
	}
	if flags&flagInjected != 0 {
		e.unsigned(uint64(fault))
	}
	*p = previous{r.Seq, due, r.User, node, r.Status}
}

func flagsOf(p *previous, r Request, node int) (flags byte) {
	for _, f := range []struct {
		set bool
		bit byte
	}{
		{r.Reused, flagReused}, {r.Injected, flagInjected}, {r.Unsent, flagUnsent},
		{node != p.node, flagNode}, {r.Status != p.status, flagStatus},
		{r.Class != OK, flagClass}, {r.Attempts != 1, flagAttempts},
		{r.Lookup|r.Handshake|r.TLS != 0, flagSteps},
	} {
		if f.set {
			flags |= f.bit
		}
	}
	return flags
}

// micros rounds to the nearest µs, which keeps the order of instants.
func micros(ns int64) int64 { return time.Duration(ns).Round(time.Microsecond).Microseconds() }
