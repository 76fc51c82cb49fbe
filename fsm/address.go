package fsm

import "slices"

// workable are the addresses on which a Temporal development server works. Its services
// listen on --ip, and always dial each other on 127.0.0.1: on 127.0.0.2, on ::1 and on a
// network card's address health is SERVING, and no workflow starts (seen with 1.5.1 and
// 1.8.2).
var workable = []string{"127.0.0.1", "0.0.0.0", "::"}

// WorksOn reports whether Temporal works on an address, an IP in its canonical spelling. It
// returns true for an address that is not known, since the record was lost.
func WorksOn(ip string) bool { return ip == "" || slices.Contains(workable, ip) }

// CannotWorkOn returns why Temporal does not work on an address, in one sentence.
func CannotWorkOn(ip string) string {
	return "Temporal cannot work on " + ip + ": its services listen there, and look for each other on 127.0.0.1"
}

// misplaced turns the verdict on a Temporal that serves on an address where it cannot work
// into Lost: neither waiting nor a restart changes that. An older version of this program may
// have started it there.
func (s Supervisor) misplaced(in Input) Input {
	if v := in.Verdict; v.Live && !v.Ready && !v.Lost && !WorksOn(s.Settings.IP) {
		in.Verdict.Lost, in.Detail = true, CannotWorkOn(s.Settings.IP)
	}
	return in
}
