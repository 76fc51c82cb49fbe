package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// bursts is how often all homes are started at once.
const bursts = 3

// crowd is what one home, and many at once, need.
type crowd struct {
	alone, each       samples // milliseconds for a home
	rssAlone, rssEach samples
	pssAlone, pssEach samples
}

// measureHomes starts many homes at once, and single ones to hold them against.
func measureHomes(ctx context.Context, b *bench) section {
	var c crowd
	var failed error
	for burst := 1; burst <= bursts && failed == nil; burst++ {
		progress(fmt.Sprintf("%d homes at once", b.homes), burst, bursts)
		failed = c.burst(ctx, b)
	}
	times := fmt.Sprintf("%d homes at once", b.homes)
	rows := []row{
		{what: "one home: `start`", unit: "ms", figures: c.alone},
		{what: times + ": from the first start to the last return, for each home / one home", unit: "ms",
			figures: c.each, bare: repeated(c.alone.median(), len(c.each)), budget: 1.2},
		{what: "one home: supervisor's resident memory", unit: "MB", figures: c.rssAlone},
		{what: times + ": each supervisor's / one home's", unit: "MB",
			figures: c.rssEach, bare: repeated(c.rssAlone.median(), len(c.rssEach)), budget: 1.2},
		{what: "one home: supervisor's Pss", unit: "MB", figures: c.pssAlone},
		{what: times + ": each supervisor's Pss / one home's", unit: "MB",
			figures: c.pssEach, bare: repeated(c.pssAlone.median(), len(c.pssEach))},
	}
	return section{title: "Many homes", rows: spoiled(rows, failed), notes: []string{
		"Under each home runs a light stand-in for Temporal that answers what is proven and does nothing else, so that the figures are the tool's. Memory is looked at half a second after the last start.",
	}}
}

// repeated makes pairs where all are held against one figure.
func repeated(f float64, n int) samples {
	s := make(samples, n)
	for i := range s {
		s[i] = f
	}
	return s
}

func (c *crowd) burst(ctx context.Context, b *bench) error {
	for range max(1, b.rounds/bursts) {
		h, err := b.newHome(b.self)
		if err != nil {
			return err
		}
		took, err := b.together(ctx, []*home{h}, &c.rssAlone, &c.pssAlone)
		if err != nil {
			return err
		}
		c.alone = append(c.alone, inMillis(took))
	}
	homes := make([]*home, b.homes)
	for i := range homes {
		var err error
		if homes[i], err = b.newHome(b.self); err != nil {
			return err
		}
	}
	took, err := b.together(ctx, homes, &c.rssEach, &c.pssEach)
	c.each = append(c.each, inMillis(took)/float64(len(homes)))
	return err
}

// together starts homes at once, looks at their supervisors and stops them. It
// returns the time from the first start to the last return.
func (b *bench) together(ctx context.Context, homes []*home, rss, pss *samples) (time.Duration, error) {
	began := time.Now()
	err := atOnce(homes, func(h *home) error { _, err := h.start(ctx); return err })
	took := time.Since(began)
	if err == nil {
		err = pause(ctx, settle)
	}
	for _, h := range homes {
		if err != nil {
			break
		}
		err = h.weigh(rss, pss)
	}
	return took, errors.Join(err, atOnce(homes, func(h *home) error { _, err := h.stop(ctx); return err }))
}

// weigh adds the memory of this home's supervisor.
func (h *home) weigh(rss, pss *samples) error {
	r, err := h.record()
	if err != nil {
		return err
	}
	memory, err := residentOf(r.Supervisor.PID)
	*rss, *pss = append(*rss, memory.rss), append(*pss, memory.pss)
	return err
}

// atOnce does something to all homes side by side and waits for all.
func atOnce(homes []*home, do func(*home) error) error {
	failures := make([]error, len(homes))
	var all sync.WaitGroup
	for i, h := range homes {
		all.Go(func() { failures[i] = do(h) })
	}
	all.Wait()
	return errors.Join(failures...)
}
