//go:build race

package sim

const simRaced = true
