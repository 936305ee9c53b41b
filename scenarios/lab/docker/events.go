package docker

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// seen is what the engine reported of a container since its last start, and what its exit
// status does not say.
type seen struct {
	oom    bool
	signal string // that it was asked to send
}

// watchEngine notes what the engine reports of the run's containers, until the lab is
// closed. A stream that breaks off is taken up again where it was: what it reports explains
// an end, and is not needed to notice one.
func (l *Lab) watchEngine() {
	since := time.Now()
	for l.living.Err() == nil {
		s := l.engine.Events(l.living, client.EventsListOptions{
			Since: strconv.FormatInt(since.Unix(), 10),
			Filters: client.Filters{}.Add("label", Label+"="+l.Plan.Run).Add("type",
				string(events.ContainerEventType)),
		})
		for open := true; open; {
			select {
			case m := <-s.Messages:
				since = time.Unix(0, m.TimeNano)
				l.see(m)
			case <-s.Err:
				open = false
			}
		}
		select {
		case <-l.living.Done():
		case <-time.After(time.Second):
		}
	}
}

// see notes one event.
func (l *Lab) see(m events.Message) {
	id, node := m.Actor.ID, m.Actor.Attributes[NodeLabel]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[id] == nil || m.Action == events.ActionStart {
		l.seen[id] = &seen{}
	}
	switch m.Action {
	case events.ActionOOM:
		l.seen[id].oom = true
		if now := l.lives[node]; now != nil && !now.wished && l.Events != nil {
			body, _ := json.Marshal(lab.OutOfMemory{Target: node})
			go l.Events("engine", "out-of-memory", body) // not under the lock
		}
	case events.ActionKill:
		l.seen[id].signal = signalName(m.Actor.Attributes["signal"])
	}
}

// signalName is a signal as people write it; engines report its number.
func signalName(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		if name := lab.Signal(n); name != "" {
			return name
		}
		return "signal " + s
	}
	return s
}
