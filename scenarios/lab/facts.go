package lab

// Facts are what a lab really was: what an image's name alone does not say next year.
type Facts struct {
	Engine Engine `json:"engine"`
	Nodes  []Node `json:"nodes"` // switchboard and load node first, then targets in order of start
}

// Engine is what ran the nodes, and on what.
type Engine struct {
	Name         string `json:"name"` // "Docker Engine"
	Version      string `json:"version"`
	System       string `json:"system"` // "Debian GNU/Linux 12 (bookworm)"
	Kernel       string `json:"kernel"`
	Architecture string `json:"architecture"`
	CPUs         int    `json:"cpus"`
	Memory       int64  `json:"memory_bytes"`
}

// Node is one node's image, and the files that were put into it.
type Node struct {
	Name  string `json:"name"`
	Image string `json:"image"`    // as it was asked for
	ID    string `json:"image_id"` // of its content
	// Digests are the image's names in registries; none where it was built here.
	Digests []string `json:"digests"`
	Files   []File   `json:"files"`
}

// File is one that was put into a node.
type File struct {
	Path   string `json:"path"` // in the node
	From   string `json:"from"` // as the scenario has it
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}
