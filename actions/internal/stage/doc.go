// Package stage is for the tests of package actions and its rooms: it has their assertions, homes
// and ports, and it starts processes that obey a test. A test's binary plays them itself, see Main.
//
// Only tests may import it.
package stage
