// Package loadgen makes the users of a drill: open-loop HTTP load by groups of
// synthetic users, and probes that each ask one question. It runs inside the
// drill's network, in a load node, and knows neither scenarios nor faults. It is for
// Linux; what is said to it is package load.
package loadgen
