package fsm

import "cmp"

// Fitness is what is known of the Temporal CLI that is to open a database, and of its schema.
type Fitness struct {
	// Version is empty where it is not known.
	Version string
	// Schema names the schema that it makes in an empty file, empty where that was not found out.
	Schema string
	// Fits says that the database at hand has all of that schema.
	Fits bool
}

// JudgeSchema returns nil if a program may open a database, else a Refusal that says why not. Temporal itself
// neither migrates a database nor checks its schema: over another one it serves, and parts of it fail.
// Made is what is known of the database that the record names, and before and found are what its file held
// when it was read last, and holds now. The version that served last, be it known or not, may again, if the schema is the same as
// then; where it made the file itself, nothing was read before. Any other must have its schema there.
func JudgeSchema(db string, made Database, before, found DatabaseFile, p Fitness) error {
	ours, last := made.Path == db, ""
	served := ours && made.Served
	if served {
		last = made.Version
	}
	asBefore := before.Schema == found.Schema || before.Schema == "" && made.Created
	switch {
	case ours && made.Next != "":
		return Refuse(CodeDatabaseExchange, "database %s is being exchanged for another one, %s, and that is not finished", db, made.Next)
	case ours && made.Created && !made.Served: // by a spawn of ours: it is set aside, or about to serve
		return nil
	case found.Schema == "": // a fresh file, or one that cannot be read
		return nil
	case served && p.Version == last && asBefore || p.Fits:
		return nil
	case p.Schema == "":
		return Refuse(CodeDatabaseUnjudged, "database %s was last served by Temporal %s, and whether %s can work on it was not found out", db, cmp.Or(last, "of a version that is not known"), cmp.Or(p.Version, "this program"))
	}
	return Refuse(CodeDatabaseSchema, "database %s has the schema of Temporal %s, and %s works with another", db, cmp.Or(last, "of another version"), cmp.Or(p.Version, "this program"))
}
