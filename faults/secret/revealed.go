package secret

import (
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// given are the values that this process was given by another, by name.
var given sync.Map

// Give has Reveal find values that another process found in its environment: in a node's own
// there are none.
func Give(values map[string]string) {
	for name, v := range values {
		given.Store(name, v)
		revealed.add(v, "${env:"+name+"}")
	}
}

// shortest is the least length at which a value is hidden in what others say: a shorter one
// is guessed sooner than read, and hiding it would make any text unreadable.
const shortest = 4

// Hide takes the secrets of texts out of the output of a process that was given them.
func Hide(said string, texts ...Text) string {
	var pairs []string
	for _, t := range texts {
		for _, m := range named.FindAllStringSubmatch(string(t), -1) {
			if v := os.Getenv(m[1]); len(v) >= shortest {
				pairs = append(pairs, v, m[0])
			}
		}
	}
	if len(pairs) == 0 {
		return said
	}
	return strings.NewReplacer(longestFirst(pairs)...).Replace(said)
}

// longestFirst orders pairs of old and new: where one secret begins with another,
// the longer has to be tried first.
func longestFirst(pairs []string) []string {
	sorted := slices.Collect(slices.Chunk(pairs, 2))
	slices.SortStableFunc(sorted, func(a, b []string) int { return len(b[0]) - len(a[0]) })
	return slices.Concat(sorted...)
}

// revealed are the values that this process has put in for their names, so that what others
// say from then on can be kept free of them before it is shown or written.
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
	for _, v := range []string{value, url.QueryEscape(value), url.PathEscape(value),
		quoted[1 : len(quoted)-1]} {
		s.names[v] = name
	}
	var pairs []string
	for _, v := range slices.Sorted(maps.Keys(s.names)) {
		pairs = append(pairs, v, s.names[v])
	}
	s.hide = strings.NewReplacer(longestFirst(pairs)...)
}

// Hidden gives a text with ${env:NAME} in place of every value that this process has
// revealed or was given; of values shorter than Hide hides, nothing.
func Hidden(text string) string {
	revealed.mu.RLock()
	defer revealed.mu.RUnlock()
	if revealed.hide == nil {
		return text
	}
	return revealed.hide.Replace(text)
}
