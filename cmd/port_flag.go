package cmd

import (
	"strconv"

	"github.com/spf13/pflag"
)

// portValue is a port as the value of a flag: a decimal number, however it begins, where
// pflag's own takes 07233 for an octal one.
type portValue int

func portVar(f *pflag.FlagSet, port *int, name string, value int, usage string) {
	*port = value
	f.Var((*portValue)(port), name, usage)
}

// String is the port in decimal.
func (p *portValue) String() string { return strconv.Itoa(int(*p)) }

// Set takes a decimal number.
func (p *portValue) Set(text string) error {
	port, err := strconv.Atoi(text)
	*p = portValue(port)
	return err
}

// Type is the one of pflag's own numbers.
func (p *portValue) Type() string { return "int" }
