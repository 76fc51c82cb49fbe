package launch

import (
	"strings"

	"github.com/stigmer/local/fsm"
)

// passedFlag is a flag of start-dev that Temporal gets as it is: a text, a switch, or a list.
type passedFlag struct {
	name string
	text func(*fsm.Settings) *string
	on   func(*fsm.Settings) *bool
	list func(*fsm.Settings) *fsm.Texts
}

var passedFlags = []passedFlag{
	{name: "--ui-ip", text: func(s *fsm.Settings) *string { return &s.UIIP }},
	{name: "--ui-public-path", text: func(s *fsm.Settings) *string { return &s.UIPublicPath }},
	{name: "--ui-asset-path", text: func(s *fsm.Settings) *string { return &s.UIAssetPath }},
	{name: "--ui-codec-endpoint", text: func(s *fsm.Settings) *string { return &s.UICodecEndpoint }},
	{name: "--ui-disable-news-fetch", on: func(s *fsm.Settings) *bool { return &s.UIDisableNewsFetch }},
	{name: "--log-config", on: func(s *fsm.Settings) *bool { return &s.LogConfig }},
	{name: "--sqlite-pragma", list: func(s *fsm.Settings) *fsm.Texts { return &s.SQLitePragmas }},
	{name: "--dynamic-config-value", list: func(s *fsm.Settings) *fsm.Texts { return &s.DynamicConfig }},
	{name: "--search-attribute", list: func(s *fsm.Settings) *fsm.Texts { return &s.SearchAttributes }},
}

// passedOn are these flags on a command line. Search attributes of one namespace are left out: for
// Temporal each is one of all its namespaces. Package setup adds them.
func passedOn(s fsm.Settings) (args []string) {
	for _, f := range passedFlags {
		switch {
		case f.text != nil && *f.text(&s) != "":
			args = append(args, f.name, *f.text(&s))
		case f.on != nil && *f.on(&s):
			args = append(args, f.name)
		case f.list != nil:
			for _, value := range f.list(&s).List() {
				if attribute := f.name == "--search-attribute"; !attribute || !fsm.OfOneNamespace(value) {
					args = append(args, f.name, value)
				}
			}
		}
	}
	return args
}

// OptionalFlags are the flags that Temporal gets and that a version of it may not know, each once, then the
// arguments that are passed on: what a program is asked about before it is run. Whether a program knows a flag
// is no matter of the value. Of what is passed on, a word is asked about as the value of the flag before it: as a word
// by itself Temporal refuses it behind a switch, but only once it serves, and not while it is asked.
func OptionalFlags(s fsm.Settings) (flags []string) {
	for _, f := range passedFlags {
		switch {
		case f.on != nil && *f.on(&s):
			flags = append(flags, f.name)
		case f.text != nil && *f.text(&s) != "", f.list != nil && *f.list(&s) != "":
			flags = append(flags, f.name+"=x")
		}
	}
	for _, arg := range s.Args.List() {
		last := len(flags) - 1
		if value := !strings.HasPrefix(arg, "-"); value && last >= 0 && !strings.Contains(flags[last], "=") {
			flags[last] += "=" + arg
			continue
		}
		flags = append(flags, arg)
	}
	return flags
}

// takeSwitch takes a switch from a command line; it is false for any other argument.
func takeSwitch(s *fsm.Settings, name string) bool {
	for _, f := range passedFlags {
		if f.name == name && f.on != nil {
			*f.on(s) = true
			return true
		}
	}
	return false
}

// takeValue takes a text or an item of a list from a command line.
func takeValue(s *fsm.Settings, name, value string) {
	for _, f := range passedFlags {
		switch {
		case f.name != name:
		case f.text != nil:
			*f.text(s) = value
		case f.list != nil:
			*f.list(s) = fsm.MakeTexts(append(f.list(s).List(), value))
		}
	}
}
