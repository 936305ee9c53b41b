package scenarios

import (
	"cmp"
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

var secretType = reflect.TypeFor[secret.Text]()

// scalar reads a plain value into v.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, keys []string) {
	if t := secret.Text(n.Value); t.Secret() && !d.secret(n, t, v, keys) {
		return
	}
	if err := setScalar(v, n); err != nil {
		d.wrong(n, keys, "%v", err)
	}
}

// secret checks a value that holds some: the types that take one never show it.
func (d *decoder) secret(n *yaml.Node, t secret.Text, v reflect.Value, keys []string) bool {
	if v.Type() != secretType {
		d.wrong(n, keys, "%s: plan and record show it as it stands, so that it cannot hold a "+
			"secret: write it out, without ${env:…}", keys[len(keys)-1])
		return false
	}
	if err := t.Check(); err != nil {
		d.wrong(n, keys, "%v", err)
		return false
	}
	for _, name := range t.Short() {
		d.notes = append(d.notes, fmt.Sprintf("%s:%d:%d: the value of %s has fewer than 4 "+
			"characters: where a target or a command says it, it is not hidden",
			cmp.Or(d.from[n], d.file), n.Line, n.Column, name))
	}
	return true
}

// setScalar converts by what v is. A number that is written as a string is
// wrong, and so is a string field that is written as a number, except in lists
// and maps of strings (env, command), where people write 8080 and mean "8080".
func setScalar(v reflect.Value, n *yaml.Node) error {
	wrong := fmt.Errorf("want %s, have %s", expected(v.Type()), described(n))
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return t.UnmarshalText([]byte(n.Value))
	}
	if v.Type() == durationType {
		return setDuration(v, n.Value)
	}
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	switch v.Kind() {
	case reflect.String:
		if n.Tag != "" && n.ShortTag() != "!!str" {
			return fmt.Errorf("%w: write it in quotes", wrong)
		}
		v.SetString(n.Value)
	case reflect.Bool:
		b := n.Value == "true"
		if quoted || !b && n.Value != "false" {
			return wrong
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.ParseInt(n.Value, 10, 32)
		if quoted || err != nil {
			return wrong
		}
		v.SetInt(i)
	case reflect.Uint16:
		u, err := strconv.ParseUint(n.Value, 10, 16)
		if m := portPair.FindStringSubmatch(n.Value); m != nil {
			return fmt.Errorf("%w: write the container's own, %s; a port of this machine leads "+
				"there by publish: [\"%s\"]", wrong, m[1], n.Value)
		}
		if quoted || err != nil {
			return wrong
		}
		v.SetUint(u)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if quoted || err != nil || f != f || f < 0 || f > 1e9 {
			return wrong
		}
		v.SetFloat(f)
	default:
		return wrong
	}
	return nil
}

// portPair is a port of this machine and one of a container, as Compose publishes it.
var portPair = regexp.MustCompile(`^\d+:(\d+)$`)

// asText takes a scalar for text, whatever it looks like.
func (d *decoder) asText(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.ScalarNode || null(n) {
		return n
	}
	return d.copied(n, func(t *yaml.Node) { t.Tag = "!!str" })
}

func setDuration(v reflect.Value, s string) error {
	t, err := time.ParseDuration(strings.TrimSpace(s))
	switch {
	case err != nil && isNumber(s) && s != "0":
		return fmt.Errorf("duration %q: a unit is missing: %ss, or %sms?", s, s, s)
	case err != nil && len(strings.Fields(s)) > 1 && isDuration(joined(s)):
		return fmt.Errorf("duration %q: leave out the blank: %s", s, joined(s))
	case err != nil:
		return fmt.Errorf("duration %q: want a number with a unit, such as 500ms, 2s or 1m30s", s)
	case t < 0:
		return fmt.Errorf("duration %q: must not be below zero", s)
	}
	v.SetInt(int64(t))
	return nil
}

// joined is a text without its blanks.
func joined(s string) string { return strings.Join(strings.Fields(s), "") }

func isDuration(s string) bool {
	_, err := time.ParseDuration(s)
	return err == nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// expected says in words what a type is written as.
func expected(t reflect.Type) string {
	switch t {
	case durationType:
		return "a duration, such as 2s"
	case reflect.TypeFor[quantity.Rate]():
		return "a rate, such as 200/s"
	case reflect.TypeFor[quantity.Pace]():
		return "a rate, such as 200/s, or x8: a multiple of the users'"
	case reflect.TypeFor[quantity.Share]():
		return "a share, such as 30%"
	case reflect.TypeFor[quantity.Size]():
		return "a size, such as 64KiB"
	case reflect.TypeFor[quantity.Throughput]():
		return "a throughput, such as 64KiB/s"
	case reflect.TypeFor[[]secret.Text]():
		return `a list of a program and its arguments, such as [sh, -c, "docker pause …"]`
	}
	switch t.Kind() {
	case reflect.Struct:
		fields := fieldsOf(t)
		if i := alone(fields); i >= 0 {
			return expected(t.FieldByIndex(fields[i].index).Type) + ", or a mapping of " +
				namesOf(fields)
		}
		return "a mapping of " + namesOf(fields) + exampleOf(t, fields)
	case reflect.Map:
		if ofDurations(t) {
			return "a mapping of names to durations, such as {balancer: 3s}"
		}
		return "a mapping of names to " + plural(t.Elem())
	case reflect.Slice:
		return "a list of " + plural(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Uint16:
		return "a whole number from 1 to 65535"
	case reflect.Float64:
		return "a number"
	}
	return "text"
}

// exampleOf is a mapping of the keys that it has to have, for the end of a sentence; empty where
// there is none, or the schema has no example of one's value.
func exampleOf(t reflect.Type, fields []field) string {
	var keys []string
	for _, f := range fields {
		of := t.FieldByIndex(f.index)
		if of.Tag.Get("jsonschema") != "required" {
			continue
		}
		value := of.Type
		for value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
		s := quantitySchema(value)
		if s == nil || len(s.Examples) == 0 {
			return ""
		}
		keys = append(keys, fmt.Sprintf("%s: %v", f.name, s.Examples[0]))
	}
	if len(keys) == 0 {
		return ""
	}
	return ", such as {" + strings.Join(keys, ", ") + "}"
}

func namesOf(fields []field) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// ofDurations says whether a mapping has a duration for each name, alone or with more.
func ofDurations(t reflect.Type) bool {
	e := t.Elem()
	return e == durationType || e == reflect.TypeFor[Detection]()
}

func plural(t reflect.Type) string {
	if t == durationType {
		return "durations"
	}
	switch t.Kind() {
	case reflect.String:
		return "texts"
	case reflect.Int, reflect.Uint16:
		return "numbers"
	}
	return "mappings"
}

// described says in words what was found instead.
func described(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if null(n) {
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// within names the part that keys lead to, for the end of a sentence.
func within(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = plainly(k)
	}
	return " in " + strings.Join(names, ".")
}
