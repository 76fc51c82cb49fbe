//go:build race

package fsm

const simRaced = true
