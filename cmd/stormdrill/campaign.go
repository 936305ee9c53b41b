package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"time"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/run"
	"github.com/stormdrill/stormdrill/scenarios/series"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// many reports whether a campaign was asked for.
func (f runFlags) many() bool { return f.repeat > 1 || f.controls > 0 }

func (f runFlags) design() campaign.Design {
	return campaign.Design{Runs: f.repeat, Allowed: f.allow, Controls: f.controls, Seed: f.seed}
}

// course is a campaign under way.
type course struct {
	runFlags
	scenario *scenarios.Scenario
	dir      string
	done     []campaign.Outcome
	// report takes what was run of it, after each run and at its end.
	report func(campaign.Card, []campaign.Outcome) error
}

// campaign runs one drill as often as its design says, each run into a folder of
// its own, and judges them together.
func (f runFlags) campaign(ctx context.Context, s *scenarios.Scenario, dir string,
	report func(campaign.Card, []campaign.Outcome) error) (sla.Verdict, error) {
	c := &course{runFlags: f, scenario: s, dir: dir, report: report}
	if err := freshFolder(c.dir); err != nil {
		return "", err
	}
	if f.events != nil {
		f.events.Campaign(s.Name, f.design(), c.dir)
	}
	if err := reports.CampaignPlan(f.going(), s.Name, f.design(), length(s),
		f.language.textOptions(f.text, "", false)); err != nil {
		return "", err
	}
	ended := c.run(ctx)
	if len(c.done) == 0 && ended != nil {
		return "", ended
	}
	// What was run is reported where there is no room for its evidence, too.
	card := c.card(ctx)
	written := c.write(card)
	c.publish.campaign(ctx, card, c.warn)
	if c.events != nil {
		written = errors.Join(written, c.events.CampaignVerdict(card, c.dir))
	}
	err := errors.Join(ended, written,
		reports.CampaignText(c.text, card, c.language.textOptions(c.text, c.dir, false)))
	c.page(s.Name, card.Verdict, card.Reasons,
		func(w io.Writer) error { return reports.CampaignMarkdown(w, card, f.language.Language) })
	return card.Verdict, err
}

// run takes the turns. It ends early where its answer is known, or the user or a
// failure ends it; the campaign's reports are there after each run, so that a crash costs
// one run and not the campaign.
func (c *course) run(ctx context.Context) error {
	for _, t := range c.design().Turns() {
		decided, failed := campaign.Decided(c.design(), c.done)
		if failed || ctx.Err() != nil {
			return nil
		}
		if decided && !t.Control {
			continue
		}
		if err := c.turn(ctx, t); err != nil {
			return err
		}
		card := c.card(ctx)
		if err := c.write(card); err != nil {
			return err
		}
		if err := reports.CampaignProgress(c.going(), card,
			c.language.textOptions(c.text, "", false)); err != nil {
			return err
		}
	}
	return nil
}

// write keeps what was run so far.
func (c *course) write(card campaign.Card) error {
	return errors.Join(reports.WriteCampaign(c.dir, card, c.done, c.againAll(c.scenario),
		c.language.Language), c.report(card, c.done))
}

// turn is one run. What keeps it from having a record is an error of the
// campaign's, once there is something to be kept.
func (c *course) turn(ctx context.Context, t campaign.Turn) error {
	dir := filepath.Join(c.dir, t.Folder())
	if err := freshFolder(dir); err != nil {
		return err
	}
	if err := reports.CampaignTurn(c.going(), c.design(), t,
		c.language.textOptions(c.text, "", false)); err != nil {
		return err
	}
	d := &run.Drill{Scenario: c.scenario, Seed: t.Seed, Control: t.Control, Dir: dir}
	card, err := c.rehearse(ctx, d, &t.Number)
	if card.Scenario = c.scenario.Name; card.Run == "" {
		card.Run = d.ID()
	}
	if err != nil {
		interrupted := errors.Is(context.Cause(ctx), engine.ErrInterrupted)
		if !interrupted && len(c.done) == 0 && card.Verdict == "" {
			return err
		}
		card = broken(ctx, card, c.scenario, err)
	}
	done := campaign.Outcome{Turn: t, Card: card}
	if d.Record != nil {
		done.Length = series.Length(d.Record)
	}
	c.done = append(c.done, done)
	return c.verdict(card, dir)
}

// card judges what was run so far.
func (c *course) card(ctx context.Context) campaign.Card {
	return campaign.Judge(c.design(), c.scenario.Name, c.done, ctx.Err() != nil)
}

// length is how long one run takes at least.
func length(s *scenarios.Scenario) time.Duration {
	return s.Phases.WarmingUp() + s.Phases.Baseline + s.Phases.Hold + s.Phases.Recovery
}
