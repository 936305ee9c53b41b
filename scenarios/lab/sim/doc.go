// Package sim is a lab in memory: nodes that talk as the real ones do, and users whose
// outcomes a test writes. It drives all that a run is made of (phases, injections, marks,
// steering, recorder, judgement and reports) in the time that testing/synctest makes pass.
// It is no network: what a fault does to users is what the test says that it does.
package sim
