package sim

// simSet is a set of keys: at four million and more, a map takes thrice the room
// and twice the time.
type simSet struct {
	slots []simKey
	n     int
}

// add reports whether the key is new.
func (s *simSet) add(k simKey) bool {
	k = max(k, 1) // 0 is an empty slot
	if 2*s.n >= len(s.slots) {
		s.grow()
	}
	if !s.put(k) {
		return false
	}
	s.n++
	return true
}

func (s *simSet) has(k simKey) bool {
	if len(s.slots) == 0 {
		return false
	}
	k = max(k, 1)
	mask := uint64(len(s.slots) - 1)
	for i := uint64(k) & mask; s.slots[i] != 0; i = (i + 1) & mask {
		if s.slots[i] == k {
			return true
		}
	}
	return false
}

func (s *simSet) put(k simKey) bool {
	mask := uint64(len(s.slots) - 1)
	i := uint64(k) & mask
	for ; s.slots[i] != 0; i = (i + 1) & mask {
		if s.slots[i] == k {
			return false
		}
	}
	s.slots[i] = k
	return true
}

func (s *simSet) grow() {
	old := s.slots
	s.slots = make([]simKey, max(1024, 2*len(old)))
	for _, k := range old {
		if k != 0 {
			s.put(k)
		}
	}
}
