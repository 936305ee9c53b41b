package words

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

var update = flag.Bool("update", false, "write docs/codes.md anew")

// docs/codes.md has every code, its values and its words.
func TestCodesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Codes

What the judge says, by code: the names of its values, and its words in English and Chinese, in
which ` + "`{name}`" + ` stands for a value, and what is between ‹ and › is left out where its value is
none. [scorecard.md](scorecard.md) says what a value is, and [inconclusive.md](inconclusive.md) what
helps. This page is made from the tables: ` + "`go test ./reports/words -update`" + `.

| code | values | words |
|---|---|---|
`)
	for _, code := range slices.Sorted(maps.Keys(sla.Codes)) {
		values := "–"
		if names := sla.Codes[code]; len(names) > 0 {
			values = "`" + strings.Join(names, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s<br>%s |\n", code, values, cell(English.said[code]),
			cell(Chinese.said[code]))
	}
	b.WriteString(`
# What a record says

What a record itself says in English, as what a fault's count is of (` + "`faults[].proof.counted`" + `)
or a note, has that as its ` + "`detail`" + `, which is its words in English. Other languages have words
by its code.

| code | values | words in Chinese |
|---|---|---|
`)
	for _, code := range slices.Sorted(maps.Keys(chineseRecord)) {
		values := "–"
		if names := named(chineseRecord[code]); len(names) > 0 {
			values = "`" + strings.Join(names, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", code, values, cell(chineseRecord[code]))
	}
	const page = "../../docs/codes.md"
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is not what the tables are: go test ./reports/words -update", page)
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
