// Package config reads the settings of a start: from flags, the environment and the settings
// file, and says where each value is from.
//
// It must never change the settings file, the home or a Temporal.
package config
