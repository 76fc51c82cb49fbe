package cmd

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/installer"
)

func installCommand() *cobra.Command {
	o := &installer.Options{}
	c := &cobra.Command{
		Use:   "install",
		Short: "Install the Temporal CLI that start runs",
		Long: `Install the Temporal CLI that start runs. Several versions lie side by side in
bin/versions in the home; bin/temporal is a link to the one that was installed last.
An installed version is not fetched again. A running Temporal is not changed.

--from release fetches the official archive for this platform and checks its published
SHA-256; a download that breaks off is kept, and the next install resumes it. --from go
builds the version from the Go module proxy. Without --from it installs a release, and
builds with go if the host of the releases does not answer or has none for this platform.
A --mirror is never replaced by another source.

A mirror has a folder for each version, with the archives and checksums.txt of the
releases: URL/` + cli.TemporalVersion + `/checksums.txt. $` + config.MirrorVariable + ` is the same, for start as well,
and so is $` + config.FromVariable + ` for --from. In local.yaml they are mirror and install-from.
Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.

Exit status: 0 done or already so, 1 failed, 2 usage, 4 permission, 130 interrupted.`,
		Example: `  stigmer local install
  stigmer local install --version ` + cli.TemporalVersion + ` --from go
  stigmer local install --mirror https://mirror.example/temporal
  stigmer local install --list
  stigmer local install --list -o json`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return installer.Run(c, o) },
	}
	f := c.Flags()
	f.StringVar(&o.Version, "version", cli.TemporalVersion, "version of the Temporal CLI")
	f.StringVar(&o.From, "from", "", "release or go (default $"+config.FromVariable+", else release, else go)")
	f.StringVar(&o.Mirror, "mirror", "", "URL below which the releases lie (default $"+config.MirrorVariable+", else "+install.Releases+")")
	f.BoolVar(&o.List, "list", false, "show what is there, by the versions of CLI and server, what start uses and what runs; install nothing")
	f.StringVar(&o.For, installer.ForFlag, "", "the command that has found no Temporal CLI")
	f.Lookup(installer.ForFlag).Hidden = true
	cli.OutputFlag(c, &o.Output)
	return c
}
