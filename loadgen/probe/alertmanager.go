package probe

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Alertmanager reads the alerts of Alertmanager's API (v2).
type Alertmanager struct {
	*load.AlertmanagerProbe
	Page
}

// Ask is good while no alert that has the labels is active: one that is silenced or
// inhibited is not sent.
func (p *Alertmanager) Ask(ctx context.Context) Reply {
	body, err := Get(ctx, p)
	if err != nil {
		return Unknown("%v", err)
	}
	var alerts []struct {
		Labels   map[string]string `json:"labels"`
		StartsAt time.Time         `json:"startsAt"`
		Status   struct {
			State string `json:"state"` // active, suppressed, unprocessed
		} `json:"status"`
	}
	if err := json.Unmarshal(body, &alerts); err != nil {
		return Unknown("not Alertmanager's alerts as JSON")
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
