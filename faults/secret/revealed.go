package secret

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// revealed are the values that this process has put in for their names, so that whatever
// is shown or written from then on can be kept free of them, by whatever way one got there.
var revealed values

type values struct {
	mu    sync.RWMutex
	names map[string]string // value → ${env:NAME}
	hide  *strings.Replacer // nil: nothing to hide
}

// add notes a value, and the ways in which URLs and quoted text write it.
func (s *values) add(value, name string) {
	if len(value) < shortest {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names[value] != "" {
		return
	}
	if s.names == nil {
		s.names = map[string]string{}
	}
	quoted := strconv.Quote(value)
	for _, v := range []string{value, url.QueryEscape(value), url.PathEscape(value), quoted[1 : len(quoted)-1]} {
		s.names[v] = name
	}
	var pairs []string
	for _, v := range slices.Sorted(maps.Keys(s.names)) {
		pairs = append(pairs, v, s.names[v])
	}
	s.hide = strings.NewReplacer(longestFirst(pairs)...)
}

// Hidden gives a text with ${env:NAME} in place of every value that Expand or Reveal has
// given in this process; of values shorter than Hide hides, nothing.
func Hidden(text string) string {
	revealed.mu.RLock()
	defer revealed.mu.RUnlock()
	if revealed.hide == nil {
		return text
	}
	return revealed.hide.Replace(text)
}
