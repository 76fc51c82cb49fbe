package fsm

import "slices"

// workable are the addresses on which a Temporal development server works. Its services
// listen where its frontend does, and look for each other on 127.0.0.1, whatever that is:
// on 127.0.0.2, on ::1 and on a network card's address health is SERVING, and no workflow
// starts (seen with 1.5.1 and 1.8.2).
var workable = []string{"127.0.0.1", "0.0.0.0", "::"}

// WorksOn reports whether Temporal works on an address, an IP in its canonical spelling. One
// that is not known, as a record was lost, is believed to be.
func WorksOn(ip string) bool { return ip == "" || slices.Contains(workable, ip) }

// CannotWorkOn says why Temporal does not work on an address.
func CannotWorkOn(ip string) string {
	return "Temporal cannot work on " + ip + ": its services listen there, and look for each other on 127.0.0.1"
}

// misplaced is the verdict on a Temporal that serves where it cannot work: no waiting and
// no restart changes that. An older version of this program may have started it there.
func (s Supervisor) misplaced(in Input) Input {
	if v := in.Verdict; v.Live && !v.Ready && !v.Lost && !WorksOn(s.Settings.IP) {
		in.Verdict.Lost, in.Detail = true, CannotWorkOn(s.Settings.IP)
	}
	return in
}
