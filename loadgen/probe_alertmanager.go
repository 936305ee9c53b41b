//go:build linux

package loadgen

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// alertmanagerAsker reads the alerts of Alertmanager's API (v2).
type alertmanagerAsker struct {
	*load.AlertmanagerProbe
	page
}

// Ask is good while no alert that has the labels is active: one that is silenced or
// inhibited tells nobody.
func (p *alertmanagerAsker) Ask(ctx context.Context) Reply {
	body, err := p.get(ctx)
	if err != nil {
		return unknown("%v", err)
	}
	var alerts []struct {
		Labels   map[string]string `json:"labels"`
		StartsAt time.Time         `json:"startsAt"`
		Status   struct {
			State string `json:"state"` // active, suppressed, unprocessed
		} `json:"status"`
	}
	if err := json.Unmarshal(body, &alerts); err != nil {
		return unknown("not Alertmanager's alerts as JSON")
	}
	var since time.Time
	for _, a := range alerts {
		if a.Status.State == "active" && has(a.Labels, p.Labels) {
			since = sooner(since, a.StartsAt)
		}
	}
	if since.IsZero() {
		return Reply{Good: true, Known: true, Detail: "none active"}
	}
	return Reply{Known: true, Detail: "active since " + since.UTC().Format(time.RFC3339Nano)}
}
