package docker

import (
	"context"
	"net/netip"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Engine is a Docker engine, reached the way testcontainers finds it.
type Engine struct{}

var (
	_ lab.Ground = Engine{}
	_ lab.Lab    = (*Lab)(nil)
)

// Room is a free subnet on it.
func (Engine) Room(ctx context.Context) (netip.Prefix, error) { return freeSubnet(ctx) }

// Start starts a plan's containers.
func (Engine) Start(ctx context.Context, o lab.Options) (lab.Lab, error) {
	l, err := Start(ctx, o)
	if err != nil {
		return nil, err // and not a lab that is none
	}
	return l, nil
}
