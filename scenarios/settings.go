package scenarios

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// longestSetting keeps a page that a fault answers with out of the record, bytes. A list is
// cut there and not left out: one that is not there says that a fault touches everything.
const longestSetting = 200

// Settings is what v, a pointer to one of the kinds, was given, by the keys that a scenario
// writes, as text: share: 30%, delay: 1s, flap.period: 500ms, only.paths: /api/*, /cart. What
// was not said is not there, and neither are lists of mappings, long texts, and what may be a
// secret. A long list ends in an ellipsis.
func Settings(v any) map[string]string {
	all := map[string]string{}
	settle(all, "", reflect.Indirect(reflect.ValueOf(v)))
	return all
}

func settle(all map[string]string, before string, v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		at := v.FieldByIndex(f.index)
		if at.IsZero() {
			continue
		}
		at = reflect.Indirect(at)
		text, ok := settingOf(at)
		switch long := len(text) > longestSetting; {
		case ok && !long:
			all[before+f.name] = text
		case ok && (at.Kind() == reflect.Slice || at.Kind() == reflect.Map):
			all[before+f.name] = strings.ToValidUTF8(text[:longestSetting], "") + "…"
		case !ok && at.Kind() == reflect.Struct:
			settle(all, before+f.name+".", at)
		}
	}
}

// settingOf is a value as text; false where it is none of one line, or may be a secret.
func settingOf(v reflect.Value) (string, bool) {
	text, ok := v.Interface().(encoding.TextMarshaler)
	switch {
	case v.Type() == secretType:
		return "", false
	case ok:
		b, err := text.MarshalText()
		return string(b), err == nil
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String &&
		v.Type().Elem() != secretType:
		return strings.Join(v.Interface().([]string), ", "), true
	case v.Type() == reflect.TypeFor[map[string]string]():
		fields := v.Interface().(map[string]string)
		var all []string
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			all = append(all, name+": "+fields[name])
		}
		return strings.Join(all, ", "), true
	case v.CanInt() || v.CanUint() || v.CanFloat() || v.Kind() == reflect.Bool ||
		v.Kind() == reflect.String:
		return fmt.Sprint(v.Interface()), true
	}
	return "", false
}
