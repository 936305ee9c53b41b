package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/publish"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// publishing is whom else a run is told to. What fails there is said, and changes nothing.
type publishing struct {
	gateway string // of Prometheus; empty: none
}

func (p *publishing) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.gateway, "push-gateway", "",
		"URL of a Prometheus Pushgateway that is told each run's, or campaign's, metrics")
}

// check finds what could not be told to anybody before a drill begins.
func (p publishing) check() error {
	if p.gateway != "" {
		if err := publish.Address(p.gateway).Check(); err != nil {
			return fmt.Errorf("--push-gateway %w", err)
		}
	}
	return nil
}

// run tells of a run, which may be one of a campaign.
func (p publishing) run(ctx context.Context, r reports.Report, ofCampaign bool,
	say func(string, ...any)) {
	if !ofCampaign {
		p.push(ctx, "stormdrill", r.Card.Scenario, say,
			func(w io.Writer) error { return reports.Metrics(w, r.Card) })
	}
}

// campaign tells of a whole campaign.
func (p publishing) campaign(ctx context.Context, card campaign.Card, say func(string, ...any)) {
	p.push(ctx, "stormdrill_campaign", card.Scenario, say,
		func(w io.Writer) error { return reports.CampaignMetrics(w, card) })
}

func (p publishing) push(ctx context.Context, job, scenario string, say func(string, ...any),
	write func(io.Writer) error) {
	if p.gateway == "" {
		return
	}
	var b bytes.Buffer
	err := write(&b)
	if err == nil { // of a run that was interrupted, too
		err = publish.Pushgateway(context.WithoutCancel(ctx), publish.Address(p.gateway), job,
			reports.Plain(scenario), b.Bytes())
	}
	if err != nil {
		say("the metrics were not pushed, which changes no verdict: %v", err)
	}
}
