package probe

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/net/http/httpguts"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// CheckHeaders reports the first header that no request can have: net/http would leave it
// out, and say nothing.
func CheckHeaders(all map[string]secret.Text) error {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return fmt.Errorf("header %q: want a name of letters, digits and hyphens, such as "+
				"X-Tenant", name)
		case !httpguts.ValidHeaderFieldValue(all[name].Outline()):
			return fmt.Errorf("header %s: want a value of one line", name)
		}
	}
	return nil
}

// Authorize gives the user and password as the URL has them, http://user:password@host/, and
// as net/http's Client would: where no header says so already.
func Authorize(req *http.Request) {
	if u := req.URL.User; u != nil && req.Header.Get("Authorization") == "" {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
}

// Revealed is a URL with its secrets; the error of one that cannot be read shows none.
func Revealed(t secret.Text) (string, error) {
	text, err := t.Reveal()
	if err != nil {
		return "", err
	}
	if _, err := url.Parse(text); err != nil && t.Secret() {
		return "", fmt.Errorf("URL %s: cannot be read with the values of its secrets in it: "+
			"write them as URLs do, by %%-encoding", t)
	} else if err != nil {
		return "", err
	}
	return text, nil
}
