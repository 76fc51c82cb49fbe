package ports

// besideEphemeral is how many ports BesideEphemeral leaves to choose from below the range.
const besideEphemeral = 4000

// BesideEphemeral returns a range of ports that the kernel gives to no outgoing connection, beside
// those from first to last, which it gives: above them, where programs are rarely configured to
// listen, else below. It is 0, 0 where there is no room.
func BesideEphemeral(first, last int) (lowest, highest int) {
	switch {
	case last+besideEphemeral < 65536:
		return last + 1, 65535
	case first-besideEphemeral > FirstUnprivileged:
		return first - besideEphemeral, first - 1
	}
	return 0, 0
}
