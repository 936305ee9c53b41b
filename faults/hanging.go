package faults

import "github.com/stormdrill/stormdrill/faults/link"

// Hanging is a fault that leaves what it hits without an answer, or with a late one. That such a
// request is bad is known only once it has waited, and a plan needs it to say how well an end of
// it can be known.
type Hanging interface{ Hangs() bool }

// Hangs reports whether what a fault hits waits for an answer.
func Hangs(f Fault) bool {
	h, ok := f.(Hanging)
	return ok && h.Hangs()
}

// Hangs: handshakes are not completed.
func (*AcceptStall) Hangs() bool { return true }

// Hangs: bodies take longer.
func (*Bandwidth) Hangs() bool { return true }

// Hangs: packets are lost, and sent again.
func (*Blackhole) Hangs() bool { return true }

// Hangs: what the target cannot take waits.
func (*ConnectionFlood) Hangs() bool { return true }

// Hangs: answers wait for the CPU.
func (*CPUStarve) Hangs() bool { return true }

// Hangs where the resolver says nothing, or late. A client that is told to go elsewhere, or by
// TCP, is not kept waiting.
func (f *DNS) Hangs() bool { return f.Answer == "none" || f.Answer == "slow" }

// Hangs: nothing is known of what the command does, and it may be that.
func (*Exec) Hangs() bool { return true }

// Hangs: what the target cannot take waits.
func (*Flood) Hangs() bool { return true }

// Hangs where packets of a forgotten flow are dropped, and not refused.
func (f *IdleDrop) Hangs() bool { return f.As != "reset" }

// Hangs where the whole host goes, and nothing refuses.
func (f *Kill) Hangs() bool { return f.As == "host" }

// Hangs: answers are late.
func (*Latency) Hangs() bool { return true }

// Hangs: packets are lost, and sent again.
func (*Loss) Hangs() bool { return true }

// Hangs: nothing answers.
func (*Pause) Hangs() bool { return true }

// Hangs: answers come piece by piece.
func (*Slice) Hangs() bool { return true }

// Hangs: what the target cannot take waits.
func (*SlowRequests) Hangs() bool { return true }

// Hangs: answers are held.
func (*Stall) Hangs() bool { return true }

// Hangs: SYNs are lost, and sent again.
func (*SynDrop) Hangs() bool { return true }

// Hangs where handshakes are not answered.
func (f *TLS) Hangs() bool { return f.As == link.NoAnswer }
