package reports

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// seen is how red, green and blue light is seen by people who lack one of three kinds of cones
// (Machado, Oliveira and Fernandes, 2009), and by those who lack none.
var seen = map[string][3][3]float64{
	"all cones": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"no L cones": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998}},
	"no M cones": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881}},
	"no S cones": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
		{0.004733, 0.691367, 0.303900}},
}

// asSeen is where a colour, #rrggbb, stands in CIE L*a*b*.
func asSeen(t *testing.T, hex string, by [3][3]float64) [3]float64 {
	t.Helper()
	var light, rgb, xyz [3]float64
	for i := range light {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(hex, err)
		}
		if light[i] = float64(n) / 255; light[i] <= 0.04045 {
			light[i] /= 12.92
		} else {
			light[i] = math.Pow((light[i]+0.055)/1.055, 2.4)
		}
	}
	times := func(m [3][3]float64, v [3]float64) (out [3]float64) {
		for i, row := range m {
			for k, f := range row {
				out[i] += f * v[k]
			}
		}
		return out
	}
	for i, v := range times(by, light) {
		rgb[i] = min(1, max(0, v))
	}
	white := [3]float64{0.9505, 1, 1.089}
	for i, v := range times([3][3]float64{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722},
		{0.0193, 0.1192, 0.9505}}, rgb) {
		if v /= white[i]; v > 0.008856 {
			xyz[i] = math.Cbrt(v)
		} else {
			xyz[i] = 7.787*v + 16.0/116
		}
	}
	return [3]float64{116*xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])}
}

// palette are the colours that the page's script has under a name.
func palette(t *testing.T, name string) []string {
	t.Helper()
	m := regexp.MustCompile(`\b` + name + ` = \[([^\]]+)\]`).FindStringSubmatch(pageScript)
	if m == nil {
		t.Fatalf("the script has no %s", name)
	}
	return strings.Split(strings.ReplaceAll(m[1], `"`, ""), ", ")
}

// What failed and who answered have no colour in common, in the light and in the dark, and nobody
// takes one for the other; those of one chart have patterns, and differ besides.
func TestColorsAreToldApart(t *testing.T) {
	failing, answering := palette(t, "failing"), palette(t, "answering")
	for mode, style := range map[string]string{"light": pageStyle[:strings.Index(pageStyle, "}")],
		"dark": pageStyle[strings.Index(pageStyle, "not([data-theme=light])"):]} {
		color := func(name string) string {
			m := regexp.MustCompile(name + `: (#[0-9a-f]+);`).FindStringSubmatch(style)
			if m == nil {
				t.Fatalf("%s: no %s", mode, name)
			}
			if len(m[1]) == 4 { // #rgb
				return "#" + strings.Repeat(m[1][1:2], 2) + strings.Repeat(m[1][2:3], 2) +
					strings.Repeat(m[1][3:], 2)
			}
			return m[1]
		}
		for who, by := range seen {
			apart := func(a, b string) float64 {
				p, q := asSeen(t, color(a), by), asSeen(t, color(b), by)
				return math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
			}
			hold := func(a, b string, least float64) {
				if d := apart(a, b); d < least {
					t.Errorf("%s, %s: %s and %s are %.1f apart, want %v", mode, who, a, b, d, least)
				}
			}
			for i, f := range failing {
				for _, a := range answering {
					hold(f, a, 20)
				}
				for _, other := range failing[:i] {
					hold(f, other, 10)
				}
				hold(f, "--paper", 40)
			}
			for i, a := range answering {
				for _, other := range answering[:i] {
					hold(a, other, 10)
				}
				hold(a, "--paper", 40)
			}
		}
	}
}
