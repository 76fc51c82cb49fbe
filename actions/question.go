package actions

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// question is a probe that is under way. It tells what came of it: the answer, if that comes
// within the probe's timeout. Otherwise that it waits, with what is known so far; then that
// health is SERVING, if that is heard late; then the answer.
type question struct {
	world    *World
	effect   fsm.Effect
	endpoint probes.Endpoint
	// unlocked says what is wrong with a lock file that was deleted, empty for nothing.
	unlocked string
	process  int
	cancel   context.CancelFunc

	lock sync.Mutex
	// known is what was answered so far, and serving is closed when health has said SERVING.
	known   probes.Answer
	serving chan struct{}
}

// note keeps what is known. It is called from the goroutines that ask.
func (q *question) note(a probes.Answer) {
	q.lock.Lock()
	defer q.lock.Unlock()
	if a.Verdict.Live && !q.known.Verdict.Live {
		close(q.serving)
	}
	a.Verdict.Live = a.Verdict.Live || q.known.Verdict.Live
	q.known = a
}

func (q *question) soFar() probes.Answer {
	q.lock.Lock()
	defer q.lock.Unlock()
	if q.known.Detail == "" {
		return probes.Silent
	}
	return q.known
}

// run asks until there is an answer or ctx is done.
func (q *question) run(ctx context.Context) {
	defer q.cancel()
	began, delay := time.Now(), probes.RunDelay(q.process)
	answered := make(chan probes.Answer, 1)
	go func() { answered <- q.ask(ctx) }() // ends with ctx
	late := time.NewTimer(millis(q.effect.Record.Settings.Policy.Timeout))
	defer late.Stop()
	select {
	case answer := <-answered:
		q.tell(answer, false)
		return
	case <-late.C:
	}
	waits := func(again bool) {
		answer := q.soFar()
		v := &answer.Verdict
		v.Ready, v.Waits, v.Late, v.Took = false, true, again, fsm.Millis(time.Since(began).Milliseconds())
		v.Delayed = fsm.Millis((probes.RunDelay(q.process) - delay).Milliseconds())
		q.post(answer)
	}
	waits(false)
	if !q.soFar().Verdict.Live {
		select {
		case answer := <-answered:
			q.tell(answer, true)
			return
		case <-q.serving:
			waits(true)
		}
	}
	q.tell(<-answered, true)
}

func (q *question) ask(ctx context.Context) probes.Answer {
	if e := q.effect; e.After > 0 {
		// A round of calls that begins before the end of the time has some of it left.
		return q.endpoint.Await(ctx, millis(e.After), millis(e.Record.Settings.Policy.Timeout)*9/10)
	}
	return q.endpoint.Ask(ctx)
}

// tell posts an answer and ends the questions that were asked before. One that was ended
// itself has nothing to say.
func (q *question) tell(answer probes.Answer, late bool) {
	answer.Verdict.Late = late
	if !q.world.questions.answered(q) {
		return
	}
	if q.unlocked != "" && answer.Verdict.Ready {
		answer.Verdict.Ready, answer.Detail = false, q.unlocked
	}
	q.post(answer)
}

func (q *question) post(a probes.Answer) {
	q.world.Post(fsm.Input{Event: fsm.Probed, Seq: q.effect.Seq, Run: q.effect.Run, Verdict: a.Verdict, Detail: a.Detail})
}

// mostQuestions bounds how many probes of one Temporal are under way.
const mostQuestions = 16

// questions are the probes of one run that are under way, the oldest first.
type questions struct {
	lock sync.Mutex
	run  uint64
	open []*question
}

// of ends what was asked of an earlier run.
func (all *questions) of(run uint64) {
	if all.run != run {
		all.end()
		all.run = run
	}
}

// add opens a question. It lasts no longer than one may be waited for: see fsm's Policy.
func (all *questions) add(q *question) context.Context {
	p := q.effect.Record.Settings.Policy
	ctx, cancel := context.WithTimeout(context.Background(), millis(p.Timeout+max(p.StartDeadline, p.LivenessDeadline)))
	q.cancel, q.serving = cancel, make(chan struct{})
	all.lock.Lock()
	defer all.lock.Unlock()
	all.open = append(all.open, q)
	if len(all.open) > mostQuestions {
		all.drop(1)
	}
	return ctx
}

// answered ends the questions that were asked before one. It is false if that one was
// ended before.
func (all *questions) answered(q *question) bool {
	all.lock.Lock()
	defer all.lock.Unlock()
	i := slices.Index(all.open, q)
	all.drop(i + 1)
	return i >= 0
}

// end ends all.
func (all *questions) end() {
	all.lock.Lock()
	defer all.lock.Unlock()
	all.drop(len(all.open))
}

// drop ends the n oldest; the lock is held.
func (all *questions) drop(n int) {
	for _, q := range all.open[:n] {
		q.cancel()
	}
	all.open = slices.Delete(all.open, 0, n)
}
