package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Prometheus reads Prometheus's HTTP API (v1): its alerting rules, or a query.
type Prometheus struct {
	*load.PrometheusProbe
	Page
}

// Ask is good while no alert of the rule fires, or the query gives nothing.
func (p *Prometheus) Ask(ctx context.Context) Reply {
	body, status, err := p.Whole(ctx)
	switch {
	case err != nil:
		return Unknown("%v", err)
	case status != http.StatusOK && refused(body) != "":
		return Unknown("%v: %s", Answered(status), refused(body))
	case status != http.StatusOK:
		return Unknown("%v", Answered(status))
	}
	var good bool
	var detail string
	if p.Rule != "" {
		good, detail, err = ruleState(body, p.Rule, p.Labels)
	} else {
		good, detail, err = queryState(body)
	}
	if err != nil {
		return Unknown("%v", err)
	}
	return Reply{Good: good, Known: true, Detail: detail[:min(len(detail), MostValue)]}
}

// refused is why Prometheus does not answer, as it says it with a status of 400 or 422;
// empty where it does not.
func refused(body []byte) string {
	var answer struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Error[:min(len(answer.Error), MostValue)]
}

// promAlert is one alert of a rule.
type promAlert struct {
	Labels   map[string]string `json:"labels"`
	State    string            `json:"state"` // pending or firing
	ActiveAt time.Time         `json:"activeAt"`
}

// ruleState is the state of a rule's alerts that have the labels: firing where any is, else
// pending where any is, else inactive.
func ruleState(body []byte, rule string, labels map[string]string) (good bool, detail string,
	err error) {
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
	var found, pends, fires bool
	var pending, firing time.Time // since
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
					fires, firing = true, sooner(firing, a.ActiveAt)
				case a.State == "pending":
					pends, pending = true, sooner(pending, a.ActiveAt)
				}
			}
		}
	}
	switch {
	case !found:
		return false, "", fmt.Errorf("no alerting rule %q at Prometheus", rule)
	case fires:
		return false, load.FiringSince + firing.UTC().Format(time.RFC3339Nano), nil
	case pends:
		return true, load.PendingSince + pending.UTC().Format(time.RFC3339Nano), nil
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

// sooner is the earlier of two instants; one that is not known is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
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
	switch answer.Data.ResultType {
	case "scalar":
		return number(answer.Data.Result)
	case "vector":
	default:
		return false, "", fmt.Errorf("query: it gives a %s, and neither a vector nor a number",
			answer.Data.ResultType)
	}
	var series []json.RawMessage
	if err := json.Unmarshal(answer.Data.Result, &series); err != nil {
		return false, "", errors.New("query: not a vector as Prometheus writes it")
	}
	return len(series) == 0, fmt.Sprintf("%d series", len(series)), nil
}

// number is good where it is 0; of nothing, which is NaN, nothing is known.
func number(result json.RawMessage) (good bool, detail string, err error) {
	var value []any // [time, "number"]
	if err := json.Unmarshal(result, &value); err != nil || len(value) != 2 {
		return false, "", errors.New("query: not a number as Prometheus writes it")
	}
	text := fmt.Sprint(value[1])
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) {
		return false, "", fmt.Errorf("query: it gives %s", text)
	}
	return f == 0, text, nil
}
