package matrix

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// AlertRules are the names of the alerts in a Prometheus rule file, each once, as they come.
// What else its rules say is Prometheus's to read.
func AlertRules(text []byte) (names []string, err error) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert string `yaml:"alert"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("not a rule file: %w", err)
	}
	seen := map[string]bool{"": true}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if !seen[r.Alert] {
				seen[r.Alert] = true
				names = append(names, r.Alert)
			}
		}
	}
	if len(names) == 0 {
		return nil, errors.New("it has no alerting rule: want groups, rules, alert as Prometheus " +
			"reads them")
	}
	return names, nil
}
