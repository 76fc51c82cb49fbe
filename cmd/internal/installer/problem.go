package installer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/statefile"
)

// installProblem puts into words why a program could not be provided. verb is the
// command that wanted it.
func installProblem(err error, verb string, home statefile.Home, v install.Version) *cli.Problem {
	p := &cli.Problem{What: err.Error(), Means: "nothing was installed", Try: "the same command again", Exit: cli.ExitFailed}
	if e, ok := errors.AsType[*install.Error](err); ok {
		advise(p, e, v)
	} else if errors.Is(err, context.Canceled) {
		p.What, p.Exit = verb+" was interrupted", cli.ExitInterrupted
	} else {
		return cli.SystemProblem(err, p.Means)
	}
	for _, part := range install.Partials(home) {
		if part.Version == v {
			p.Means += fmt.Sprintf("; the %s that were fetched are kept in %s, and the next install goes on from there", human.FormatSize(part.Bytes), part.Path)
		}
	}
	return p
}

// advise says what helps. A release is no way out where there was none to be had before.
func advise(p *cli.Problem, e *install.Error, v install.Version) {
	const mirror = "a mirror (" + config.MirrorVariable + "=URL)"
	const readLines = "look at go's last lines: another --version if there is none such; "
	release, build := installCommandLine(config.FromRelease, v), installCommandLine(config.FromGo, v)
	elsewhere := mirror + ", or build it: " + build
	p.Details = e.Lines
	switch e.Kind {
	case install.Broken:
		p.What = "the download " + e.Text
	case install.Unreachable:
		p.Try = "a proxy (HTTPS_PROXY), " + elsewhere
	case install.Unserved:
		p.Try = "later again, or " + elsewhere
	case install.NotFound:
		p.Means = "there is no such version, or it is not there for this platform; nothing was installed"
		p.Try = "another --version, or " + elsewhere
	case install.Refused:
		p.Means = "the server, or a program on the way, does not send what the maintainers published; nothing of it was kept or run"
		p.Try = "later again, or " + elsewhere
	case install.NoRelease:
		p.Try = build
	case install.NoGo:
		p.Try = "install go (https://go.dev/dl), or fetch a release: " + release
	case install.Unresolved:
		p.Try = "the release, by a proxy (HTTPS_PROXY) or " + mirror + ": " + release + "; or a version that go builds: " + knownVersions()
	case install.Unbuilt:
		p.Try = readLines + "or fetch a release: " + release
	case install.NeitherWay:
		p.Try = readLines + "else a proxy (HTTPS_PROXY), or " + mirror
	}
}

// knownVersions lists those that go builds for certain.
func knownVersions() string {
	var list []string
	for _, v := range install.KnownVersions() {
		list = append(list, string(v))
	}
	return strings.Join(list, ", ")
}

// installCommandLine is the command that provides the same version in another way.
func installCommandLine(source string, v install.Version) string {
	command := "stigmer local install --from " + source
	if v != cli.TemporalVersion {
		command += " --version " + string(v)
	}
	return command
}
