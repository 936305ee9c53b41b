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
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// publishing is where else a run is reported. What fails there is said, and changes
// nothing.
type publishing struct {
	gateway string // of Prometheus; empty: none
	grafana string // empty: none
	token   string // for Grafana; empty: none is sent
}

func (p *publishing) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.gateway, "push-gateway", "",
		"URL of a Prometheus Pushgateway that is told each run's, or campaign's, metrics")
	c.Flags().StringVar(&p.grafana, "grafana", "",
		"URL of a Grafana in which phases and faults of each run are annotated")
	c.Flags().StringVar(&p.token, "grafana-token", "",
		"token of Grafana's, written as '${env:NAME}'")
}

// check finds what could not be sent anywhere before a drill begins.
func (p publishing) check() error {
	for flag, url := range map[string]string{"push-gateway": p.gateway, "grafana": p.grafana} {
		if url == "" {
			continue
		}
		if err := publish.Address(url).Check(); err != nil {
			return fmt.Errorf("--%s %w", flag, err)
		}
	}
	switch {
	case p.token == "":
		return nil
	case p.grafana == "":
		return fmt.Errorf("--grafana-token: there is no --grafana")
	}
	if err := publish.CheckToken(p.token); err != nil {
		return fmt.Errorf("--grafana-token: %w", err)
	}
	return nil
}

// run reports a run, which may be one of a campaign.
func (p publishing) run(ctx context.Context, r reports.Report, record *timeline.Record,
	ofCampaign bool, say func(string, ...any)) {
	if p.grafana != "" {
		if err := publish.Grafana(context.WithoutCancel(ctx), publish.Address(p.grafana), p.token,
			publish.Annotations(record)); err != nil {
			say("the run is not, or not wholly, annotated in Grafana, which changes no verdict: %v",
				err)
		}
	}
	if !ofCampaign {
		p.push(ctx, "stormdrill", r.Card.Scenario, say,
			func(w io.Writer) error { return reports.Metrics(w, r.Card) })
	}
}

// campaign reports a whole campaign.
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
