package installer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"

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
	switch {
	case errors.Is(err, context.Canceled):
		p.What, p.Exit = verb+" was interrupted", cli.ExitInterrupted
	case releaseProblem(p, err, v), buildProblem(p, err, v):
	default:
		return cli.SystemProblem(err, "nothing was installed")
	}
	for _, part := range install.Partials(home) {
		if part.Version == v {
			p.Means += fmt.Sprintf("; the %s that were fetched are kept in %s, and the next install goes on from there", human.FormatSize(part.Bytes), part.Path)
		}
	}
	return p
}

const mirrorHint = "a mirror (" + config.MirrorVariable + "=URL)"

// installCommandLine is the command that provides the same version in another way.
func installCommandLine(source string, v install.Version) string {
	command := "stigmer local install --from " + source
	if v != cli.TemporalVersion {
		command += " --version " + string(v)
	}
	return command
}

// releaseProblem is for what can go wrong with a release.
func releaseProblem(p *cli.Problem, err error, v install.Version) bool {
	orElsewhere := mirrorHint + ", or build it: " + installCommandLine(config.FromGo, v)
	if broken, ok := errors.AsType[install.BrokenError](err); ok {
		p.What = "the download " + broken.Error()
		return true
	}
	if away, ok := errors.AsType[install.UnreachableError](err); ok {
		p.What = away.Error()
		p.Try = "a proxy (HTTPS_PROXY), " + orElsewhere
		return true
	}
	if status, ok := errors.AsType[install.StatusError](err); ok {
		p.Try = "later again, or " + orElsewhere
		if status.Code == http.StatusNotFound {
			p.Means = "there is no such version, or it is not there for this platform; nothing was installed"
			p.Try = "another --version, or " + orElsewhere
		}
		return true
	}
	if _, refused := errors.AsType[install.RefusedError](err); refused {
		p.Means = "the server, or a program on the way, does not send what the maintainers published; nothing of it was kept or run"
		p.Try = "later again, or " + orElsewhere
		return true
	}
	if errors.Is(err, install.ErrNoRelease) {
		p.Try = installCommandLine(config.FromGo, v)
		return true
	}
	return false
}

// buildProblem is for what can go wrong with go. A release is no way out where there was
// none to be had before.
func buildProblem(p *cli.Problem, err error, v install.Version) bool {
	if errors.Is(err, exec.ErrNotFound) {
		p.Try = "install go (https://go.dev/dl), or fetch a release: " + installCommandLine(config.FromRelease, v)
		return true
	}
	if build, ok := errors.AsType[install.BuildError](err); ok {
		p.Details = build.Lines
		p.Try = "look at go's last lines: another --version if there is none such; or fetch a release: " + installCommandLine(config.FromRelease, v)
		if _, neither := errors.AsType[install.NeitherError](err); neither {
			p.Try = "look at go's last lines: another --version if there is none such; else a proxy (HTTPS_PROXY), or " + mirrorHint
		}
		return true
	}
	return false
}
