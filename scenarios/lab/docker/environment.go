package docker

import (
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// shortID is how much of a container's id its users write.
const shortID = 12

// Environment is what a command on the CLI's machine is given of the drill, as NAME=value,
// for a fault that is aimed at the given nodes:
//
//	STORMDRILL_RUN, STORMDRILL_NETWORK, STORMDRILL_FAULT
//	STORMDRILL_TARGETS, STORMDRILL_CONTAINERS: the nodes and their containers, parted by spaces
//	STORMDRILL_CONTAINER_NODE, STORMDRILL_ADDRESS_NODE: of every node; app-2 is APP_2,
//	and redis.internal.corp REDIS_INTERNAL_CORP
func (l *Lab) Environment(fault string, nodes []string) []string {
	var aimed []string
	for _, n := range nodes {
		aimed = append(aimed, l.short(n))
	}
	all := []string{
		"STORMDRILL_RUN=" + l.Plan.Run,
		"STORMDRILL_NETWORK=" + l.network,
		"STORMDRILL_FAULT=" + fault,
		"STORMDRILL_TARGETS=" + strings.Join(nodes, " "),
		"STORMDRILL_CONTAINERS=" + strings.Join(aimed, " "),
	}
	for _, n := range l.Plan.Nodes {
		name := hostname.Variable(n.Name)
		all = append(all, "STORMDRILL_CONTAINER_"+name+"="+l.short(n.Name),
			"STORMDRILL_ADDRESS_"+name+"="+n.Addr.String())
	}
	return all
}

func (l *Lab) short(node string) string {
	id := l.id(node)
	return id[:min(shortID, len(id))]
}
