// Package loadgen makes the users of a drill: open-loop HTTP load by groups of
// synthetic users, and probes that each ask one question. It runs inside the
// drill's network, in a load node, and has no notion of scenarios or faults. It is for
// Linux; the messages to it are package load.
package loadgen
