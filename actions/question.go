package actions

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/temporal"
)

// question is a probe that is under way. If the answer comes within the probe's timeout, the
// question posts it, and nothing else. Otherwise it posts up to three verdicts: at the
// timeout one that waits, with what is known so far; one when health becomes SERVING, if it
// was not; and the answer.
type question struct {
	world    *World
	effect   fsm.Effect
	endpoint temporal.Endpoint
	// unlocked says what is wrong with a lock file that was deleted, empty for nothing.
	unlocked string
	// process is Temporal's PID.
	process int
	cancel  context.CancelFunc

	lock sync.Mutex
	// known is what was answered so far, and serving is closed when health has said SERVING.
	known   temporal.Answer
	serving chan struct{}
}

// note stores what has been answered so far. It is called from the goroutines that ask.
func (q *question) note(a temporal.Answer) {
	q.lock.Lock()
	defer q.lock.Unlock()
	if a.Verdict.Live && !q.known.Verdict.Live {
		close(q.serving)
	}
	a.Verdict.Live = a.Verdict.Live || q.known.Verdict.Live
	q.known = a
}

// soFar returns what has been answered so far.
func (q *question) soFar() temporal.Answer {
	q.lock.Lock()
	defer q.lock.Unlock()
	if q.known.Detail == "" {
		return temporal.Silent
	}
	return q.known
}

// run asks until there is an answer or ctx is done, and posts what question says.
func (q *question) run(ctx context.Context) {
	defer q.cancel()
	began, timeout := time.Now(), millis(q.effect.Record.Settings.Policy.Timeout)
	answered := make(chan temporal.Answer, 1)
	go func() { answered <- q.ask(ctx) }() // ends with ctx
	if q.answeredWithin(timeout/10, answered) {
		return
	}
	// Only now, as reading it costs as much as the probe, and a good answer comes before.
	delay := proc.RunDelay(q.process)
	if q.answeredWithin(timeout-time.Since(began), answered) {
		return
	}
	postWaiting := func(again bool) {
		answer := q.soFar()
		v := &answer.Verdict
		v.Ready, v.Waits, v.Late, v.Took = false, true, again, fsm.Millis(time.Since(began).Milliseconds())
		v.Delayed = fsm.Millis((proc.RunDelay(q.process) - delay).Milliseconds())
		q.post(answer)
	}
	postWaiting(false)
	if !q.soFar().Verdict.Live {
		select {
		case answer := <-answered:
			q.postAnswer(answer, true)
			return
		case <-q.serving:
			postWaiting(true)
		}
	}
	q.postAnswer(<-answered, true)
}

// answeredWithin posts an answer that comes within a time. It returns false if none came.
func (q *question) answeredWithin(within time.Duration, answered <-chan temporal.Answer) bool {
	select {
	case answer := <-answered:
		q.postAnswer(answer, false)
		return true
	case <-time.After(within):
		return false
	}
}

func (q *question) ask(ctx context.Context) temporal.Answer {
	if e := q.effect; e.After > 0 {
		// A tenth of the timeout is left for the last round of calls.
		return q.endpoint.Await(ctx, millis(e.After), millis(e.Record.Settings.Policy.Timeout)*9/10)
	}
	return q.endpoint.Ask(ctx)
}

// postAnswer posts an answer and ends the questions that were asked before. A question that
// was itself ended posts nothing.
func (q *question) postAnswer(answer temporal.Answer, late bool) {
	answer.Verdict.Late = late
	if !q.world.questions.answered(q) {
		return
	}
	if q.unlocked != "" && answer.Verdict.Ready {
		answer.Verdict.Ready, answer.Detail = false, q.unlocked
	}
	q.post(answer)
}

func (q *question) post(a temporal.Answer) {
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

// endEarlier ends the questions of any other run than this one.
func (all *questions) endEarlier(run uint64) {
	if all.run != run {
		all.end()
		all.run = run
	}
}

// add opens a question, and ends the oldest if there are too many. The context ends after
// the longest time for which fsm's Policy waits for an answer.
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

// answered ends q and the questions that were asked before it. It returns false if q had
// been ended already.
func (all *questions) answered(q *question) bool {
	all.lock.Lock()
	defer all.lock.Unlock()
	i := slices.Index(all.open, q)
	all.drop(i + 1)
	return i >= 0
}

// end ends all questions.
func (all *questions) end() {
	all.lock.Lock()
	defer all.lock.Unlock()
	all.drop(len(all.open))
}

// drop ends the n oldest questions; all.lock is held.
func (all *questions) drop(n int) {
	for _, q := range all.open[:n] {
		q.cancel()
	}
	all.open = slices.Delete(all.open, 0, n)
}
