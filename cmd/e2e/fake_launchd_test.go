package e2e_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// jobVerb has the fake launchctl run a job and wait for its end, as launchd does.
const jobVerb = "fake-job"

// state is how the job is: spawning, running with its PID, or exited with its code.
func (l launchd) state() (word, detail string) {
	text, _ := os.ReadFile(l.file("state"))
	word, detail, _ = strings.Cut(string(text), " ")
	return word, detail
}

// spawn starts a launchd for the job: launchctl itself does not wait for anything.
func (l launchd) spawn() int {
	l.put("state", "spawning")
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	plist := l.file("loaded")
	c := exec.Cmd{Path: self, Args: []string{os.Args[0], jobVerb, plist}, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := c.Start(); err != nil {
		panic(err)
	}
	return 0
}

// runJob runs what a property list says until it ends, and writes down how.
// A program or a log that launchd cannot reach is exit code 78, without a word.
func (l launchd) runJob(plist string) int {
	job, err := readJob(plist)
	if err != nil {
		l.put("state", "exited 78: EX_CONFIG: "+err.Error())
		return 1
	}
	syscall.Umask(job.umask)
	log, err := os.OpenFile(job.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		l.put("state", "exited 78: EX_CONFIG")
		return 1
	}
	defer log.Close()
	c := exec.Command(job.arguments[0], job.arguments[1:]...)
	c.Env, c.Stderr = append(launchdEnviron(), job.environment...), log
	if err := c.Start(); err != nil {
		l.put("state", "exited 78: EX_CONFIG")
		return 1
	}
	l.put("state", fmt.Sprintf("running %d", c.Process.Pid))
	_ = c.Wait() // its state says it
	l.put("state", fmt.Sprintf("exited %d", c.ProcessState.ExitCode()))
	return 0
}

// launchdEnviron is what a job finds around it: nothing of a shell's, but what the
// tests' own programs need.
func launchdEnviron() []string {
	kept := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "STIGMER_") && !strings.HasPrefix(entry, "STIGMER_MIRROR=") || strings.HasPrefix(entry, "PATH=")
	})
	return append(kept, "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "XPC_SERVICE_NAME=com.stigmer.local")
}

type launchdJob struct {
	arguments, environment []string
	log                    string
	umask                  int
}

// readJob reads the property list of an agent (launchd.plist(5)). A key or a type
// that launchd does not know is an error here, so that a misspelt one is a failed test.
func readJob(path string) (launchdJob, error) {
	file, err := os.Open(path)
	if err != nil {
		return launchdJob{}, err
	}
	defer file.Close()
	list, err := readPlist(file)
	if err != nil {
		return launchdJob{}, err
	}
	job := launchdJob{umask: 0o022}
	for key, value := range list {
		fits := true
		switch key {
		case "Label", "ProcessType":
			_, fits = value.(string)
		case "StandardErrorPath":
			job.log, fits = value.(string)
		case "ProgramArguments":
			job.arguments, fits = value.([]string)
		case "EnvironmentVariables":
			variables, ok := value.(map[string]any)
			for name, text := range variables {
				job.environment = append(job.environment, fmt.Sprintf("%s=%s", name, text))
			}
			fits = ok
		case "KeepAlive":
			_, fits = value.(map[string]any)
		case "RunAtLoad", "AbandonProcessGroup":
			_, fits = value.(bool)
		case "Umask":
			job.umask, fits = value.(int)
		case "ThrottleInterval", "ExitTimeOut":
			_, fits = value.(int)
		default:
			fits = false
		}
		if !fits {
			return launchdJob{}, fmt.Errorf("%s: %s is %v", path, key, value)
		}
	}
	return job, nil
}

// readPlist reads the dictionary of a property list (plist(5)): strings, integers,
// booleans, arrays of strings and dictionaries.
func readPlist(from io.Reader) (map[string]any, error) {
	d := xml.NewDecoder(from)
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "dict" {
			return plistDict(d)
		}
	}
}

func plistDict(d *xml.Decoder) (map[string]any, error) {
	list, key := map[string]any{}, ""
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return list, nil
		case xml.StartElement:
			value, err := plistValue(d, t)
			if err != nil {
				return nil, err
			}
			if t.Name.Local != "key" {
				list[key], value = value, ""
			}
			key = fmt.Sprint(value)
		}
	}
}

func plistValue(d *xml.Decoder, start xml.StartElement) (any, error) {
	switch start.Name.Local {
	case "dict":
		return plistDict(d)
	case "true", "false":
		return start.Name.Local == "true", d.Skip()
	case "array":
		var list struct {
			Strings []string `xml:"string"`
		}
		err := d.DecodeElement(&list, &start)
		return list.Strings, err
	}
	var text string
	err := d.DecodeElement(&text, &start)
	if start.Name.Local == "integer" && err == nil {
		return strconv.Atoi(text)
	}
	return text, err
}
