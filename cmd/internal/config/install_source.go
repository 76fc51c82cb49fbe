package config

import (
	"net/url"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/statefile"
)

// The settings of an installation, by install or by a start: their names in
// local.yaml, and their variables. For install they are --from and --mirror.
const (
	FromSetting    = "install-from"
	MirrorSetting  = "mirror"
	FromVariable   = "STIGMER_INSTALL_FROM"
	MirrorVariable = "STIGMER_MIRROR"
)

const (
	FromRelease = "release"
	FromGo      = "go"
)

// Source is where a Temporal CLI is to be installed from.
type Source struct {
	From string
	// Mirror is the URL of a folder, nil for none.
	Mirror  *url.URL
	Origins Origins
}

// Declare declares the flags of where a Temporal CLI is installed from.
func (s *Source) Declare(f *pflag.FlagSet) {
	cli.ChoiceVar(f, &s.From, FromSetting, "source", []string{FromRelease, FromGo}, "release or go")
	withoutPassword := func(u *url.URL) string {
		if u == nil {
			return ""
		}
		return u.Redacted()
	}
	f.Var(&cli.Value[*url.URL]{To: &s.Mirror, Kind: "URL", Parse: install.ParseMirror, Show: withoutPassword}, MirrorSetting, "URL below which the releases lie")
}

// Standard is the default of a setting, with what it depends on.
func (s *Source) Standard(f *pflag.Flag) (value any, because string) {
	switch {
	case f.Name == MirrorSetting:
		return install.Releases, ""
	case s.Mirror != nil:
		return FromRelease, "as there is a mirror"
	}
	return FromRelease, "else go, where its host gives no answer"
}

// Layers takes what was not typed for a command from the environment and local.yaml.
func (s *Source) Layers(c *cobra.Command, flags *pflag.FlagSet) error {
	o := &Options{Config: FileOf(c)}
	err := o.Layers(flags)
	s.Origins = o.origins
	return err
}

// ChooseSource decides where a program comes from. Only where nothing in
// particular was asked for may go stand in for a release.
func ChooseSource(home statefile.Home, from string, mirror *url.URL) install.Source {
	tool, _ := lookPath("go") // package install reports that there is none
	build := install.Go{Tool: tool, Env: os.Environ()}
	if from == FromGo {
		return build
	}
	release := install.Release{Home: home, Base: mirror, Agent: "stigmer/" + cli.OwnVersion(), Limits: install.DefaultLimits()}
	if mirror == nil {
		release.Base, _ = url.Parse(install.Releases)
		if from == "" {
			return install.Either{Release: release, Go: build}
		}
	}
	return release
}
