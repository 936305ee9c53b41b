package main

import (
	"context"
	"errors"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// several is what a folder of several drills says of all of them. It is written after each
// run, so that a command which is cut off leaves what it has.
type several struct {
	dir string // empty: they have no folder in common, and nothing is written
	all []reports.Drilled
	in  *words.Language
}

// several is that of the drills, before any was run. Where one of their folders, or the one
// they have in common, has evidence already, it is an error, and reported of its drill.
func (f runFlags) several(drills []*scenarios.Scenario) (*several, error) {
	if f.out == "" || len(drills) < 2 {
		return &several{}, nil
	}
	of := &several{dir: f.out, in: f.language.Language}
	err := unused(f.out)
	if err != nil {
		f.failed(drills[0], err)
	}
	for _, s := range drills {
		if own := unused(f.folder(s, true)); own != nil {
			f.failed(s, own)
			err = errors.Join(err, own)
		}
		of.all = append(of.all, reports.Drilled{Scenario: s.Name, Folder: s.Name})
	}
	return of, err
}

// ended takes in what came of a drill, by its place, or of the runs of it so far.
func (s *several) ended(i int, d reports.Drilled) error {
	if s.dir == "" {
		return nil
	}
	d.Scenario, d.Folder = s.all[i].Scenario, s.all[i].Folder
	s.all[i] = d
	return reports.WriteSeveral(s.dir, s.all, s.in)
}

// broken is the card of a run that ended in an error.
func broken(ctx context.Context, card sla.Scorecard, s *scenarios.Scenario,
	err error) sla.Scorecard {
	card.Scenario = s.Name
	card.Verdict, card.Reasons = sla.Error, []sla.Said{sla.Say(sla.Harness, err.Error())}
	if errors.Is(context.Cause(ctx), engine.ErrInterrupted) {
		card.Verdict, card.Reasons = sla.Interrupted,
			[]sla.Said{sla.Say(sla.EndedEarly, err.Error())}
	}
	return card
}

// often is a drill's campaign as one of several drills: report takes what came of it so far.
func (f runFlags) often(ctx context.Context, s *scenarios.Scenario, dir string,
	report func(reports.Drilled) error) (sla.Verdict, error) {
	v, err := f.campaign(ctx, s, dir, func(card campaign.Card, runs []campaign.Outcome) error {
		return report(reports.Drilled{Campaign: &card, Runs: runs})
	})
	if err == nil {
		return v, nil
	}
	if v == "" { // there is no campaign to report
		card := broken(ctx, sla.Scorecard{}, s, err)
		err = errors.Join(err, report(reports.Drilled{Card: &card}))
	}
	f.failed(s, err)
	return v, exitError{exitHarness, err}
}

// once is a drill's single run as one of several drills: report takes what came of it.
func (f runFlags) once(ctx context.Context, s *scenarios.Scenario, dir string,
	report func(reports.Drilled) error) (sla.Scorecard, error) {
	card, length, err := f.one(ctx, s, dir)
	ended := card
	if err != nil {
		ended = broken(ctx, card, s, err)
	}
	err = errors.Join(err, report(reports.Drilled{Card: &ended, Against: f.earlier(s.Name, dir),
		Length: length}))
	if err == nil {
		return card, nil
	}
	f.failed(s, err)
	if errors.Is(context.Cause(ctx), engine.ErrInterrupted) {
		return card, exitError{exitInterrupted, err}
	}
	return card, exitError{exitHarness, err}
}
