package cli

import (
	"strconv"

	"github.com/spf13/pflag"
)

// PortValue is a port as the value of a flag: a decimal number, however it begins, where
// pflag's own takes 07233 for an octal one.
type PortValue int

// PortVar declares a flag for a port.
func PortVar(f *pflag.FlagSet, port *int, name string, value int, usage string) {
	*port = value
	f.Var((*PortValue)(port), name, usage)
}

// String is the port in decimal.
func (p *PortValue) String() string { return strconv.Itoa(int(*p)) }

// Set takes a decimal number.
func (p *PortValue) Set(text string) error {
	port, err := strconv.Atoi(text)
	*p = PortValue(port)
	return err
}

// Type is the one of pflag's own numbers.
func (p *PortValue) Type() string { return "int" }
