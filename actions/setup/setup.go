package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
)

// pause is the time between two looks whether what was added can be used. Each service reads namespaces and
// search attributes anew every few seconds at most.
const pause = 20 * time.Millisecond

// wanted is what one namespace is to have.
type wanted struct {
	namespace string
	attributes
	retention time.Duration // 0 for any
}

// wants lists what each namespace is to have, default first.
func wants(w fsm.WantedSetup) (list []wanted) {
	names := append([]string{"default"}, w.Namespaces.List()...)
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		one := wanted{namespace: name, retention: (time.Duration(w.Retention) * time.Millisecond).Truncate(time.Second)}
		for _, text := range w.SearchAttributes.List() {
			attribute, of := strings.CutPrefix(text, name+":")
			if (of || !fsm.OfOneNamespace(text)) && !slices.Contains(one.attributes, attribute) {
				one.attributes = append(one.attributes, attribute)
			}
		}
		list = append(list, one)
	}
	return list
}

// Apply adds to the Temporal at address, which is host:port, what it lacks of a setup, and returns what is there
// once clients can use it. The error says what differs in kind, what the server refuses, or what did not come
// to hold until ctx is done. What does not differ is added all the same. It makes one connection, so that
// another server at this address gets nothing; where a Temporal ends, its end is seen before ctx is done.
func Apply(ctx context.Context, address string, w fsm.WantedSetup) (found fsm.FoundSetup, err error) {
	line, err := temporal.Dial(ctx, address)
	if err != nil {
		<-ctx.Done()
		return found, err
	}
	defer line.HangUp()
	var types, retentions []string
	namespaces := wants(w)
	faults := homeless(w, namespaces)
	for _, one := range namespaces {
		there, err := one.apply(ctx, line)
		if err != nil {
			faults = append(faults, err.Error())
		}
		for _, attribute := range one.attributes {
			name, _, _ := strings.Cut(attribute, "=")
			if kind := there.Attributes[name]; kind != "" {
				types = append(types, one.namespace+":"+name+"="+kind)
			}
		}
		if there.Retention > 0 {
			retentions = append(retentions, fmt.Sprintf("%s=%s", one.namespace, there.Retention))
		}
	}
	found = fsm.FoundSetup{FoundAttributes: fsm.MakeTexts(types), FoundRetention: fsm.MakeTexts(retentions)}
	if len(faults) > 0 {
		return found, errors.New(strings.Join(faults, "; "))
	}
	return found, nil
}

// Differ asks the Temporal at address, which is host:port, for the search attributes of a setup that are there with
// another type, and returns a sentence about each. What it does not answer until ctx is done does not differ.
func Differ(ctx context.Context, address string, w fsm.WantedSetup) (differ []string) {
	line, err := temporal.Dial(ctx, address)
	if err != nil {
		return nil
	}
	defer line.HangUp()
	for _, one := range wants(w) {
		there, err := line.NamespaceSetup(ctx, one.namespace)
		if _, more := one.compare(there); err == nil {
			differ = append(differ, more...)
		}
	}
	return differ
}

// homeless says of each attribute of one namespace that no namespace of the setup is the one.
func homeless(w fsm.WantedSetup, namespaces []wanted) (faults []string) {
	for _, attribute := range w.SearchAttributes.List() {
		taken := slices.ContainsFunc(namespaces, func(one wanted) bool { return strings.HasPrefix(attribute, one.namespace+":") })
		if fsm.OfOneNamespace(attribute) && !taken {
			faults = append(faults, fmt.Sprintf("the search attribute %s is for a namespace that no --namespace names", attribute))
		}
	}
	return faults
}

// fault is an error that no waiting ends.
type fault struct{ error }

// errUnseen says that what was added is not there for clients yet.
var errUnseen = errors.New("what was added cannot be used yet")

// apply has one namespace get what it lacks, and waits until it is there. It returns what was found last.
func (w wanted) apply(ctx context.Context, line *temporal.Line) (there temporal.NamespaceSetup, err error) {
	written, why := map[string]bool{}, error(nil)
	for {
		there, err = w.advance(ctx, line, written)
		if why == nil || ctx.Err() == nil {
			why = err // an answer that the end of ctx has cut off says less than the one before
		}
		if _, final := errors.AsType[fault](err); err == nil || final {
			return there, err
		}
		select {
		case <-ctx.Done():
			return there, fmt.Errorf("namespace %s: it does not hold within the time given: %w", w.namespace, why)
		case <-time.After(pause):
		}
	}
}

// advance looks at the namespace, and adds what it lacks once. Its error is nil once the setup holds.
func (w wanted) advance(ctx context.Context, line *temporal.Line, written map[string]bool) (there temporal.NamespaceSetup, err error) {
	once := func(what string, write func() error) error {
		if written[what] {
			return errUnseen
		}
		err := write()
		switch {
		case err == nil:
			written[what] = true
			return errUnseen
		case temporal.Refused(err):
			return fault{fmt.Errorf("namespace %s: %w", w.namespace, err)}
		}
		return err
	}
	there, err = line.NamespaceSetup(ctx, w.namespace)
	if temporal.NotFound(err) {
		return there, once("namespace", func() error { return register(ctx, line, w.namespace, w.retention) })
	}
	if err != nil {
		return there, err
	}
	missing, differ := w.compare(there)
	if len(missing) > 0 {
		err = once("attributes", func() error { return addAttributes(ctx, line, w.namespace, missing) })
	}
	if err == nil && w.retention != 0 && there.Retention != w.retention { // after the attributes: it may be refused
		err = once("retention", func() error { return keepFor(ctx, line, w.namespace, w.retention) })
		if refusal, final := errors.AsType[fault](err); final {
			err = fault{fmt.Errorf("the retention %s is refused: %w", w.retention, refusal.error)}
		}
	}
	switch refused, final := errors.AsType[fault](err); {
	case len(differ) > 0 && (err == nil || final || written["attributes"]): // what does not differ was added, or is refused
		if final {
			differ = append(differ, refused.Error())
		}
		if now, err := line.NamespaceSetup(ctx, w.namespace); err == nil {
			there = now
		}
		return there, fault{errors.New(strings.Join(differ, "; "))}
	case err != nil || len(w.attributes) == 0:
		return there, err
	}
	return there, line.Takes(ctx, w.namespace, w.attributes.names())
}

// compare returns the attributes that a namespace lacks, and a sentence about each that has another type.
func (w wanted) compare(there temporal.NamespaceSetup) (missing attributes, differ []string) {
	for _, attribute := range w.attributes {
		name, kind, _ := strings.Cut(attribute, "=")
		switch has := there.Attributes[name]; has {
		case kind:
		case "":
			missing = append(missing, attribute)
		default:
			differ = append(differ, fmt.Sprintf("the search attribute %s of the namespace %s is there with the type %s, and %s was asked for", name, w.namespace, has, kind))
		}
	}
	return missing, differ
}

// attributes are NAME=TYPE each.
type attributes []string

func (a attributes) names() []string {
	names := make([]string, len(a))
	for i, attribute := range a {
		names[i], _, _ = strings.Cut(attribute, "=")
	}
	return names
}
