package main

import (
	"context"
	"testing"
	"time"
)

func TestProof(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := &bench{Context: ctx}
	p, ended := b.freePorts(), make(chan error, 1)
	go func() { ended <- fakeServe(ctx, address(p.frontend), address(p.ui)) }()
	b.prove(p.frontend)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	bounded, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	b.Context = bounded
	if err := attempt(func() { b.prove(p.frontend) }); err == nil {
		t.Error("a port on which nothing listens was proven to serve")
	}
}

func TestSameFlags(t *testing.T) {
	one := argv(ports{1, 2, 3, 4}, "/a/db")
	other := append([]string{"/bin/temporal"}, argv(ports{5, 6, 7, 8}, "/b/db")...)
	if err := sameFlags(one, other); err != nil {
		t.Error(err)
	}
	if err := sameFlags(one, append(other, "--headless")); err == nil {
		t.Error("a flag more was not noticed")
	}
}
