// Package load is what Stormdrill and a load node say to each other: who the users are,
// what is asked, and what came back. It imports the standard library, and what a
// secret is.
//
// The calls a load node answers, with their bodies:
//
//	secrets    values by name → null of the secrets in what follows, before all else
//	prepare    Spec → null       addresses added, hooks listening, DNS reachable
//	knock      Check → Answer    one question now (readiness, canary)
//	start      Start → Started   load and checks begin
//	stop       null → null       stops pacing, waits for what is in flight (bounded by
//	                             time-outs), flushes
//	readback   null → null       after stop: what was acknowledged is read back; a stop ends it
//	flood      Let → FloodStats  a flood is started
//	stop-flood name → FloodStats it is stopped at once; safe twice
//	flooded    name → FloodStats what it did so far
//	clock      null → int64
//	wall       null → wire.Wall
//
// Events: "requests" Block (at least four a second while there are any), "findings"
// Block (see EncodeFindings), "answer" Answer, "delivery" Delivery, "usage" Usage, "flooding"
// name (the first request of a flood is out), "expired" wire.Expired, "notifications-cut"
// name (a hook; no more are taken).
package load
