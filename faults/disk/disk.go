// Package disk is what Stormdrill and the node that holds its targets' disks say to each
// other, and that node. A target's disk is a file system of bounded size in memory, which
// the node has mounted, too: it fills one by a file without a name, which the target cannot
// see, and which is gone when it is closed or the node ends.
//
// The calls that it answers:
//
//	fill  Fill → State
//	free  path → State   of one that was not filled, too
//	state path → State
package disk

// Fill asks for a disk to be filled.
type Fill struct {
	Path string `json:"path"` // where the node has it
	// bytes that stay free, at most; rounded down to the kernel's blocks
	Leave int64 `json:"leave"`
}

// State is how a disk stands, in bytes.
type State struct {
	Size int64 `json:"size"`
	Free int64 `json:"free"`
	Held int64 `json:"held"` // by the file that fills it
}
