package cmd

import (
	"errors"
	"net/url"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/statefile"
)

// The settings of an installation, by install or by a start: their names in
// local.yaml, and their variables. For install they are --from and --mirror.
const (
	fromSetting    = "install-from"
	mirrorSetting  = "mirror"
	fromVariable   = "STIGMER_INSTALL_FROM"
	mirrorVariable = "STIGMER_MIRROR"
)

const (
	fromRelease = "release"
	fromGo      = "go"
)

// source is where a Temporal CLI is to be installed from.
type source struct {
	from    choice
	mirror  mirrorValue
	origins origins
}

// mirrorValue is a flag for a mirror's URL.
type mirrorValue struct{ url *url.URL }

// String is the URL, without a password that is in it.
func (m *mirrorValue) String() string {
	if m.url == nil {
		return ""
	}
	return m.url.Redacted()
}

// Set takes the URL of a folder.
func (m *mirrorValue) Set(text string) (err error) {
	m.url, err = install.ParseMirror(text)
	return err
}

// Type names the kind of value in the help.
func (m *mirrorValue) Type() string { return "URL" }

func (s *source) declare(f *pflag.FlagSet) {
	s.from = choice{of: [2]string{fromRelease, fromGo}, kind: "source"}
	f.Var(&s.from, fromSetting, "release or go")
	f.Var(&s.mirror, mirrorSetting, "URL below which the releases lie")
}

// standard is the default of a setting, with what it depends on.
func (s *source) standard(f *pflag.Flag) (value any, because string) {
	switch {
	case f.Name == mirrorSetting:
		return install.Releases, ""
	case s.mirror.url != nil:
		return fromRelease, "as there is a mirror"
	}
	return fromRelease, "else go, where its host gives no answer"
}

// layers takes what was not typed from the environment and local.yaml.
func (s *source) layers(flags *pflag.FlagSet) error {
	o := &options{}
	err := o.layers(flags)
	s.origins = o.origins
	return err
}

// chosen checks --from and --mirror, and takes what is not given from the weaker
// layers. From is empty for no choice, mirror nil for none.
func (o *installOptions) chosen(c *cobra.Command) (from string, mirror *url.URL, err error) {
	s, flags := &source{}, pflag.NewFlagSet("install", pflag.ContinueOnError)
	s.declare(flags)
	for _, typed := range []struct{ flag, setting, value string }{{"from", fromSetting, o.from}, {"mirror", mirrorSetting, o.mirror}} {
		if typed.value == "" {
			continue
		}
		if err := flags.Set(typed.setting, typed.value); err != nil {
			return "", nil, usage(badFlag(typed.flag, "--%s %v", typed.flag, errors.Unwrap(err)))
		}
	}
	if err := s.layers(flags); err != nil {
		return "", nil, err
	}
	if s.from.word == fromGo {
		if o.mirror != "" {
			return "", nil, usage(flagError{flags: []string{"mirror", "from"}, text: "--mirror is for releases: it and --from " + fromGo + " exclude each other"})
		}
		return fromGo, nil, nil
	}
	if m := s.mirror.url; m != nil && m.Scheme == "http" && m.Hostname() != "localhost" && !loopback(m.Hostname()) {
		warn(c, "%s is plain http: a program on the way can replace the archive and its sum", m.Redacted())
	}
	return s.from.word, s.mirror.url, nil
}

// chooseSource decides where a program comes from. Only where nothing in
// particular was asked for may go stand in for a release.
func chooseSource(home statefile.Home, from string, mirror *url.URL) install.Source {
	tool, _ := lookPath("go") // package install reports that there is none
	build := install.Go{Tool: tool, Env: os.Environ()}
	if from == fromGo {
		return build
	}
	release := install.Release{Home: home, Base: mirror, Agent: "stigmer/" + ownVersion(), Limits: install.DefaultLimits()}
	if mirror == nil {
		release.Base, _ = url.Parse(install.Releases)
		if from == "" {
			return install.Either{Release: release, Go: build}
		}
	}
	return release
}
