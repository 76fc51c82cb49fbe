//go:build !race

package fsm

const simRaced = false
