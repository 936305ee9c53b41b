package alerting

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Alertmanager is what of an alertmanager.yml says how soon a receiver is notified.
type Alertmanager struct {
	route     route
	receivers []receiver
}

type receiver struct {
	Name     string `yaml:"name"`
	Webhooks []struct {
		URL          string `yaml:"url"`
		SendResolved *bool  `yaml:"send_resolved"` // default true
	} `yaml:"webhook_configs"`
}

// route is one of the tree: what it does not say its parent does.
type route struct {
	Receiver      string            `yaml:"receiver"`
	GroupWait     *duration         `yaml:"group_wait"`
	GroupInterval *duration         `yaml:"group_interval"`
	Matchers      []string          `yaml:"matchers"`
	Match         map[string]string `yaml:"match"`
	MatchRE       map[string]string `yaml:"match_re"`
	Continue      bool              `yaml:"continue"`
	Routes        []route           `yaml:"routes"`
}

// Wait is how long a notification waits, at most, of the routes that an alert may take.
type Wait struct {
	First    time.Duration // group_wait: of the first alert of a group
	Next     time.Duration // group_interval: of what comes to a group later, its end too
	Resolved bool          // the end is notified at all
}

// URLs are those that webhooks are sent to, as the file has them.
func (a *Alertmanager) URLs() (all []string) {
	for _, r := range a.receivers {
		for _, w := range r.Webhooks {
			if w.URL != "" && !slices.Contains(all, w.URL) {
				all = append(all, w.URL)
			}
		}
	}
	return all
}

// Wait is the wait of a notification of an alert to a URL that to takes; ok is false where
// no route may lead there. Labels are those that the alert is known to have, among others;
// a route that depends on others may be taken, or not.
func (a *Alertmanager) Wait(labels map[string]string, to func(url string) bool) (w Wait, ok bool) {
	for _, r := range a.route.taken(labels, route{}) {
		i := slices.IndexFunc(a.receivers, func(x receiver) bool { return x.Name == r.Receiver })
		if i < 0 {
			continue
		}
		for _, hook := range a.receivers[i].Webhooks {
			if to(hook.URL) {
				w.First = max(w.First, waits(r.GroupWait, defaultWait))
				w.Next = max(w.Next, waits(r.GroupInterval, defaultGroupInterval))
				w.Resolved = w.Resolved || hook.SendResolved == nil || *hook.SendResolved
				ok = true
			}
		}
	}
	return w, ok
}

func waits(d *duration, otherwise time.Duration) time.Duration {
	if d == nil {
		return otherwise
	}
	return time.Duration(*d)
}

// taken are the routes that an alert may take from here on, which it has come to, each with
// what it has of its parents.
func (r route) taken(labels map[string]string, parent route) (all []route) {
	if r.Receiver == "" {
		r.Receiver = parent.Receiver
	}
	if r.GroupWait == nil {
		r.GroupWait = parent.GroupWait
	}
	if r.GroupInterval == nil {
		r.GroupInterval = parent.GroupInterval
	}
	for _, child := range r.Routes {
		m := child.meets(labels)
		if m == no {
			continue
		}
		all = append(all, child.taken(labels, r)...)
		if m == yes && !child.Continue {
			return all
		}
	}
	if !slices.ContainsFunc(r.Routes, func(c route) bool { return c.meets(labels) == yes }) {
		all = append(all, r)
	}
	return all
}

// answer is whether an alert has what a route wants of it.
type answer int

const (
	no answer = iota
	maybe
	yes
)

// matcher is one as Alertmanager writes it: severity="page", team=~"a|b".
var matcher = regexp.MustCompile(`^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*` +
	`(=~|!~|!=|=)\s*("[^"\\]*"|[^",{}\s\\]*)\s*$`)

// meets is what all of a route's matchers say.
func (r route) meets(labels map[string]string) answer {
	all := yes
	for name, value := range r.Match {
		all = min(all, meets(labels, name, "=", value))
	}
	for name, value := range r.MatchRE {
		all = min(all, meets(labels, name, "=~", value))
	}
	for _, text := range r.Matchers {
		m := matcher.FindStringSubmatch(text)
		if m == nil {
			all = min(all, maybe)
			continue
		}
		all = min(all, meets(labels, m[1], m[2], strings.Trim(m[3], `"`)))
	}
	return all
}

func meets(labels map[string]string, name, op, want string) answer {
	have, known := labels[name]
	if !known {
		return maybe
	}
	is := have == want
	if strings.HasSuffix(op, "~") {
		re, err := regexp.Compile("^(?:" + want + ")$")
		if err != nil {
			return maybe
		}
		is = re.MatchString(have)
	}
	if is != strings.HasPrefix(op, "!") {
		return yes
	}
	return no
}
