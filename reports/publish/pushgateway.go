package publish

import (
	"context"
	"encoding/base64"
	"net/http"
	"regexp"
)

// Pushgateway puts metrics, as reports.Metrics writes them, in the place of those that the
// group of this job and scenario had
// (https://github.com/prometheus/pushgateway#put-method).
func Pushgateway(ctx context.Context, to Address, job, scenario string, metrics []byte) error {
	u, err := to.parse()
	if err != nil {
		return err
	}
	at := u.JoinPath("metrics", "job", job)
	if inPath.MatchString(scenario) {
		at = at.JoinPath("scenario", scenario)
	} else {
		at = at.JoinPath("scenario@base64", base64.RawURLEncoding.EncodeToString([]byte(scenario)))
	}
	return send(ctx, http.MethodPut, at, http.Header{"Content-Type": {"text/plain; version=0.0.4"}},
		metrics)
}

// inPath is what stands for itself in a path; a gateway has base64 for the rest.
var inPath = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
