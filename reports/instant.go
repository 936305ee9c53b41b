package reports

import (
	"fmt"
	"time"
)

// began is when the run began, by the clock of the machine that began it; false where its record
// does not say. A reader's own zone would have one record give another text elsewhere.
func (r Report) began() (at time.Time, known bool) {
	at, err := time.Parse(time.RFC3339, string(r.Card.Started))
	return at.In(time.FixedZone("", r.East)), err == nil
}

// when is when the run began, for a person; what the record says where that is no time.
func (l lines) when(r Report) string {
	if at, known := r.began(); known {
		return l.instant(at)
	}
	return Plain(string(r.Card.Started))
}

// instant writes one to the second, and its zone by the distance from UTC: letters as CST are
// one zone's in America and another's in China.
func (l lines) instant(at time.Time) string {
	zone := "UTC"
	if _, east := at.Zone(); east != 0 {
		sign, minutes := '+', east/60
		if minutes < 0 {
			sign, minutes = '-', -minutes
		}
		zone += fmt.Sprintf("%c%d", sign, minutes/60)
		if minutes%60 != 0 {
			zone += fmt.Sprintf(":%02d", minutes%60)
		}
	}
	return l.Line("instant", "at", at.Format("2006-01-02 15:04:05"), "zone", zone)
}
