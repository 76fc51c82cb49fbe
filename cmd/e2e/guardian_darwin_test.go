package e2e_test

// unmountBelow has nothing to do: only tests of Linux mount anything.
func unmountBelow(string) {}
