package faults

import "fmt"

// SettingError is what Bind finds wrong with one of a fault's settings.
type SettingError struct {
	Key string // the setting's, as a scenario writes it; "only.paths" within another
	Err error
}

func (e *SettingError) Error() string { return e.Err.Error() }

func (e *SettingError) Unwrap() error { return e.Err }

func setting(key, format string, args ...any) error {
	return &SettingError{key, fmt.Errorf(format, args...)}
}
