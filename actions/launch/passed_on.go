package launch

import (
	"strings"

	"github.com/stigmer/local/fsm"
)

const attributeFlag = "--search-attribute"

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
	{name: attributeFlag, list: func(s *fsm.Settings) *fsm.Texts { return &s.SearchAttributes }},
}

// passedOn are these flags on a command line.
func passedOn(s fsm.Settings) (args []string) {
	for _, f := range passedFlags {
		switch {
		case f.text != nil && *f.text(&s) != "":
			args = append(args, f.name, *f.text(&s))
		case f.on != nil && *f.on(&s):
			args = append(args, f.name)
		case f.list != nil:
			values := f.list(&s).List()
			if f.name == attributeFlag {
				values = attributesAtBirth(values)
			}
			for _, value := range values {
				args = append(args, f.name, value)
			}
		}
	}
	return args
}

// mostKeywords and mostOfAType are how many search attributes of a type each Temporal takes
// (temporal/common/searchattribute): with one more it would not start.
const (
	mostKeywords = 10
	mostOfAType  = 3
)

// attributesAtBirth are the search attributes that a namespace has from its first moment. The others are
// added once Temporal serves, and what it does not take is its answer: those of one namespace, since
// each of these is one of all, and those that may be too many.
func attributesAtBirth(all []string) (some []string) {
	count := map[string]int{}
	for _, attribute := range all {
		_, kind, _ := strings.Cut(attribute, "=")
		if fsm.OfOneNamespace(attribute) || count[kind] == mostOfAType && kind != "Keyword" || count[kind] == mostKeywords {
			continue
		}
		count[kind]++
		some = append(some, attribute)
	}
	return some
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
