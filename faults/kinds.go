package faults

// Kinds has one field per fault; a scenario sets exactly one. A new fault is
// one file and one line here.
type Kinds struct {
	HTTPStatus *HTTPStatus `yaml:"http-status"`
	Latency    *Latency    `yaml:"latency"`
	SynDrop    *SynDrop    `yaml:"syn-drop"`
	Refuse     *Refuse     `yaml:"refuse"`
	Kill       *Kill       `yaml:"kill"`
}
