package fsm

import (
	"errors"
	"testing"
)

func TestJudgeSchema(t *testing.T) {
	const db = "/home/x.db"
	made := Database{Path: db, Served: true, Version: "1.5.1"}
	found := DatabaseFile{File: "f", Schema: "old"}
	for name, c := range map[string]struct {
		made    Database
		before  DatabaseFile
		found   DatabaseFile
		program Fitness
		want    Code
	}{
		"the version that served last":        {made, found, found, Fitness{Version: "1.5.1"}, ""},
		"its own schema would be another":     {made, found, found, Fitness{Version: "1.5.1", Schema: "new"}, ""},
		"another, not tried":                  {made, found, found, Fitness{Version: "1.8.2"}, CodeDatabaseUnjudged},
		"another, with the same schema":       {made, found, found, Fitness{Version: "1.5.2", Schema: "old", Fits: true}, ""},
		"another schema":                      {made, found, found, Fitness{Version: "1.8.2", Schema: "new"}, CodeDatabaseSchema},
		"no file, or none that can be read":   {made, DatabaseFile{}, DatabaseFile{}, Fitness{Version: "1.8.2", Schema: "new"}, ""},
		"it never served":                     {Database{Path: db, Version: "1.8.2"}, found, found, Fitness{Version: "1.8.2"}, CodeDatabaseUnjudged},
		"our own spawn is making it":          {Database{Path: db, Created: true}, found, found, Fitness{Version: "1.8.2"}, ""},
		"it served on another database":       {Database{Path: "/y.db", Served: true, Version: "1.8.2"}, found, found, Fitness{Version: "1.8.2"}, CodeDatabaseUnjudged},
		"nothing is known of the program":     {made, found, found, Fitness{}, CodeDatabaseUnjudged},
		"an unknown one served last":          {Database{Path: db, Served: true}, found, found, Fitness{}, ""},
		"the file is another one since":       {made, found, DatabaseFile{File: "f", Schema: "new"}, Fitness{Version: "1.5.1"}, CodeDatabaseUnjudged},
		"it made the file, not read before":   {Database{Path: db, Created: true, Served: true, Version: "1.5.1"}, DatabaseFile{}, found, Fitness{Version: "1.5.1"}, ""},
		"not read before, nor made by it":     {made, DatabaseFile{}, found, Fitness{Version: "1.5.1"}, CodeDatabaseUnjudged},
		"no version, but a schema":            {made, found, found, Fitness{Schema: "new"}, CodeDatabaseSchema},
		"no version, and the same schema":     {made, found, found, Fitness{Schema: "old", Fits: true}, ""},
		"an exchange is under way":            {Database{Path: db, Served: true, Version: "1.5.1", Next: "n"}, found, found, Fitness{Version: "1.5.1"}, CodeDatabaseExchange},
		"an exchange of another is under way": {Database{Path: "/y.db", Next: "n"}, DatabaseFile{}, DatabaseFile{}, Fitness{Version: "1.5.1"}, ""},
	} {
		refusal, _ := errors.AsType[Refusal](JudgeSchema(db, c.made, c.before, c.found, c.program))
		if refusal.Code != c.want {
			t.Errorf("%s: %q, not %q: %s", name, refusal.Code, c.want, refusal.Reason)
		}
	}
}
