// Package setup adds to a Temporal that serves what its settings want to be there: namespaces, search
// attributes, and how long closed workflows are kept.
//
// It adds and changes nothing but that, and removes nothing. It must not know states, processes or the
// record, and each call can be repeated.
package setup
