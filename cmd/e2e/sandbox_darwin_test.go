package e2e_test

// sandboxes are none: only tests of Linux have the kernel refuse calls.
var sandboxes map[string]func() int
