//go:build linux

package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// prometheusAsker reads Prometheus's HTTP API (v1): its alerting rules, or a query.
type prometheusAsker struct {
	*load.PrometheusProbe
	page
}

// Ask is good while no alert of the rule fires, or the query gives nothing.
func (p *prometheusAsker) Ask(ctx context.Context) Reply {
	body, err := p.get(ctx)
	if err != nil {
		return unknown("%v", err)
	}
	var good bool
	var detail string
	if p.Rule != "" {
		good, detail, err = ruleState(body, p.Rule, p.Labels)
	} else {
		good, detail, err = queryState(body)
	}
	if err != nil {
		return unknown("%v", err)
	}
	return Reply{Good: good, Known: true, Detail: detail[:min(len(detail), mostValue)]}
}

// promAlert is one alert of a rule.
type promAlert struct {
	Labels   map[string]string `json:"labels"`
	State    string            `json:"state"` // pending or firing
	ActiveAt time.Time         `json:"activeAt"`
}

// ruleState is the state of a rule's alerts that have the labels: firing where any is, else
// pending where any is, else inactive.
func ruleState(body []byte, rule string, labels map[string]string) (good bool, detail string, err error) {
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct {
					Name   string      `json:"name"`
					Type   string      `json:"type"`
					Alerts []promAlert `json:"alerts"`
				} `json:"rules"`
			} `json:"groups"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return false, "", errors.New("not Prometheus's rules as JSON")
	}
	found, pending, firing := false, time.Time{}, time.Time{}
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			if r.Name != rule || r.Type != "" && r.Type != "alerting" {
				continue
			}
			found = true
			for _, a := range r.Alerts {
				switch {
				case !has(a.Labels, labels):
				case a.State == "firing":
					firing = sooner(firing, a.ActiveAt)
				case a.State == "pending":
					pending = sooner(pending, a.ActiveAt)
				}
			}
		}
	}
	switch {
	case !found:
		return false, "", fmt.Errorf("no alerting rule %q at Prometheus", rule)
	case !firing.IsZero():
		return false, "firing, active since " + firing.UTC().Format(time.RFC3339Nano), nil
	case !pending.IsZero():
		return true, "pending since " + pending.UTC().Format(time.RFC3339Nano), nil
	}
	return true, "inactive", nil
}

// has: all wanted labels are there.
func has(have, want map[string]string) bool {
	for name, value := range want {
		if have[name] != value {
			return false
		}
	}
	return true
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// queryState is good where a query gives no series, and no number but 0.
func queryState(body []byte) (good bool, detail string, err error) {
	var answer struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			ResultType string          `json:"resultType"`
			Result     json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return false, "", errors.New("not Prometheus's answer to a query as JSON")
	}
	if answer.Status != "success" {
		return false, "", fmt.Errorf("query: %s", answer.Error)
	}
	if answer.Data.ResultType == "scalar" {
		var value []any // [time, "number"]
		if err := json.Unmarshal(answer.Data.Result, &value); err != nil || len(value) != 2 {
			return false, "", errors.New("not a number as Prometheus writes it")
		}
		return value[1] == "0", fmt.Sprint(value[1]), nil
	}
	var series []json.RawMessage
	if err := json.Unmarshal(answer.Data.Result, &series); err != nil {
		return false, "", fmt.Errorf("a %s, and no vector or number", answer.Data.ResultType)
	}
	return len(series) == 0, fmt.Sprintf("%d series", len(series)), nil
}
