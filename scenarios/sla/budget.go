package sla

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Budget is an error budget as it is agreed on: the share of requests that has
// to be good over a time. Its grammar is
//
//	SHARE per TIME
//
// TIME is in days, or a duration: 99.9% per 30d, 99% per 24h.
type Budget struct {
	Objective float64 // in (0, 1)
	Window    time.Duration
}

var budgetText = regexp.MustCompile(`^\s*(\S+)\s+per\s+(?:([0-9]{1,5})d|(\S+))\s*$`)

// ParseBudget reads one.
func ParseBudget(s string) (b Budget, err error) {
	m := budgetText.FindStringSubmatch(s)
	if m == nil {
		return b, fmt.Errorf("budget %q: want SHARE per TIME, such as 99.9%% per 30d", s)
	}
	share, err := quantity.ParseShare(m[1])
	if err != nil {
		return b, fmt.Errorf("budget %q: %w", s, err)
	}
	if b.Objective = float64(share); b.Objective <= 0 || b.Objective >= 1 {
		return b, fmt.Errorf("budget %q: want a share above 0%% and below 100%%, which allows no "+
			"error at all", s)
	}
	if m[2] != "" {
		days, _ := strconv.Atoi(m[2]) // five digits are a number
		b.Window = time.Duration(days) * 24 * time.Hour
	} else if b.Window, err = time.ParseDuration(m[3]); err != nil {
		return b, fmt.Errorf("budget %q: %w", s, err)
	}
	if b.Window <= 0 {
		return b, fmt.Errorf("budget %q: want a time above zero", s)
	}
	return b, nil
}

// allowed is the budget as time without any service.
func (b Budget) allowed() float64 { return (1 - b.Objective) * b.Window.Seconds() }

// budget says what fault and recovery burnt of the error budget, as time without
// any service: the share of their requests that failed, times how long they took.
// The drill's load stands for that of the whole time.
func (s *scorer) budget() {
	from, to, ok := s.course.phase("run")
	if s.wanted.Budget == "" || !ok || s.card.Requests.Sent == 0 {
		return
	}
	b, err := ParseBudget(s.wanted.Budget)
	if err != nil { // the plan, or `score --sla`, checked it
		return
	}
	length := time.Duration(to - from).Seconds()
	bad, most := 1-float64(s.card.Requests.Availability), 1-float64(s.card.Requests.Low)
	micro := func(v float64) float64 { return seconds(duration(v)) }
	s.card.Budget = &Burnt{
		Objective: b.Objective, Window: b.Window.Seconds(), Allowed: micro(b.allowed()),
		Seconds: micro(bad * length), Most: micro(most * length),
		Share: round(bad * length / b.allowed()),
	}
}
