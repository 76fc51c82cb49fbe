package main

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"
)

func TestTheStandInPassesTheProof(t *testing.T) {
	b := &bench{}
	p, err := b.freePorts()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	address := func(port int) string { return net.JoinHostPort(ip, strconv.Itoa(port)) }
	go func() { ended <- fakeServe(ctx, address(p.frontend), address(p.ui)) }()
	if err := prove(ctx, p.frontend); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestNobodyPassesNoProof(t *testing.T) {
	b := &bench{}
	p, err := b.freePorts()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := prove(ctx, p.frontend); err == nil {
		t.Error("a port that nobody listens on was proven to serve")
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
