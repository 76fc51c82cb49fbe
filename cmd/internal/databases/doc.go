// Package databases is what a user does with Temporal's database as a whole: bring it to another
// version, back it up, and put a backup in its place.
//
// How a database is copied, changed and exchanged is package actions/transfer and actions/upkeep. This
// package asks, shows how far it is, and puts the end into words.
package databases
