// Package publish sends a run to other systems, over HTTP: its numbers to a Prometheus
// Pushgateway, its phases and faults to Grafana. What goes wrong there says nothing of the
// drill.
package publish

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// within bounds each request.
const within = 10 * time.Second

// Address is where a system is reached, as it was written. ${env:NAME} in it are read when
// it is used, and their values stand there as they are, as in the URLs of a scenario.
type Address string

// Check reports an address that is no URL of HTTP, or lacks its secrets.
func (a Address) Check() error {
	_, err := a.parse()
	return err
}

func (a Address) parse() (*url.URL, error) {
	text, err := secret.Text(a).Reveal()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q: want http://HOST or https://HOST", string(a))
	}
	return u, nil
}

// sender follows a redirect that has the request sent again as it was. After 301, 302 and 303
// it would ask for a page instead, without the body, and 200 for that is no sign of success.
var sender = &http.Client{CheckRedirect: func(next *http.Request, before []*http.Request) error {
	if next.Method != before[0].Method || len(before) > mostRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}}

const mostRedirects = 5

// send sends a body and wants a status of 2xx. A user and a password in the address are sent
// with it. What a proxy or the system answers otherwise is in the error.
func send(ctx context.Context, method string, to *url.URL, header http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = header
	answer, err := sender.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, to.Redacted(), answer.Status,
			strings.TrimSpace(string(said)))
	}
	return nil
}
