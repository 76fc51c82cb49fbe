package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
)

// profileVariable is the environment variable that names the configuration file of the
// Temporal SDKs. They do not expand a ~ in it.
const profileVariable = "TEMPORAL_CONFIG_FILE"

// profilePath is the configuration file by the rules of the Temporal SDKs
// (go.temporal.io/sdk/contrib/envconfig): an empty variable counts as unset.
func profilePath(file string) (string, error) {
	if file == "" {
		file = os.Getenv(profileVariable)
		expanded, err := cli.ExpandPath(file)
		if err == nil && expanded != file {
			err = fmt.Errorf("%q is taken as it stands by the Temporal SDKs and the Temporal CLI; export the whole path: %s=%s", file, profileVariable, human.ShellWord(expanded))
		}
		if err != nil {
			return "", cli.VariableProblem(profileVariable, err)
		}
	}
	if file == "" {
		folder, err := os.UserConfigDir()
		if err == nil && !filepath.IsAbs(folder) {
			_, err = cli.UserHome()
		}
		if err != nil {
			return "", &cli.Problem{
				What: "there is no configuration folder: " + err.Error(), Means: "no profile was written",
				Try: "stigmer local env --profile NAME --file FILE", Exit: cli.ExitFailed,
			}
		}
		file = filepath.Join(folder, "temporalio", "temporal.toml")
	}
	return filepath.Abs(file)
}

// writeProfile is env --profile.
func (o *Options) writeProfile(c *cobra.Command) error {
	path, err := profilePath(o.File)
	if err == nil {
		err = o.writeProfileInto(c, path)
	}
	if _, ok := errors.AsType[*cli.Problem](err); ok || err == nil {
		return err
	}
	p := cli.SystemProblem(err, "no profile was written")
	p.Try = "look at " + path + ", or another file: --file FILE"
	return p
}

func (o *Options) writeProfileInto(c *cobra.Command, path string) error {
	found, err := inspect.FindContact()
	if err != nil {
		return err
	}
	target, err := followOwnLink(path)
	if err != nil {
		return err
	}
	release, err := lockProfile(target)
	if err != nil {
		return err
	}
	defer release()
	text, err := cli.ReadOwn(target)
	if err != nil {
		return err
	}
	settings := []profileSetting{{"address", found.Address()}, {"namespace", o.Namespace}}
	changed, old, err := setProfile(text, o.Profile, settings)
	if err != nil {
		return unreadableProfile(path, o.Profile, settings, err)
	}
	if address, ok := old["address"].(string); ok && isRemote(address) && !o.Force {
		return &cli.Problem{
			What:  fmt.Sprintf("profile %s in %s points at another machine: %s", o.Profile, path, address),
			Means: "it was not changed",
			Try:   "another name: --profile local; or --force to replace it", Exit: cli.ExitFailed,
		}
	}
	if err := cli.PutOwn(target, changed); err != nil {
		return err
	}
	warnContact(c, found, o.Namespace)
	if target != path {
		cli.Warn(c, "%s is a link to %s, which is what was written", path, target)
	}
	printProfile(cli.Success(c), o.Profile, path, settings, old)
	if key := tlsKey(old); key != "" {
		cli.Warn(c, "profile %s has %s, and the local Temporal speaks plainly: clients that go by it will fail; take it out, or another name: --profile NAME", o.Profile, key)
	}
	return nil
}

// profilePatience bounds the wait for another writer, which needs milliseconds.
const profilePatience = 10 * time.Second

// lockProfile keeps two writers of a file from each reading it before the other has
// written. The lock lies beside the file, which is replaced and so cannot be locked
// itself. Its holder removes it, since the folder is not ours.
func lockProfile(target string) (release func(), err error) {
	folder, name := filepath.Split(target)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "."+name+".lock")
	ctx, cancel := context.WithTimeoutCause(context.Background(), profilePatience, fmt.Errorf("lock %s: %w", path, lockfile.ErrHeld))
	defer cancel()
	lock, err := lockfile.TakeUntil(ctx, path)
	return func() { os.Remove(path); lock.Close() }, err
}

func printProfile(out io.Writer, name, path string, settings []profileSetting, old map[string]any) {
	fmt.Fprintf(out, "Wrote profile %s into %s.\n", name, path)
	for _, s := range settings {
		was := ""
		if value, ok := old[s.key]; ok && value != s.value {
			was = fmt.Sprintf("  (was %v)", value)
		}
		fmt.Fprintf(out, "  %-10s %s%s\n", s.key, s.value, was)
	}
	kept := slices.DeleteFunc(slices.Sorted(maps.Keys(old)), func(key string) bool {
		return slices.ContainsFunc(settings, func(s profileSetting) bool { return s.key == key })
	})
	if len(kept) > 0 {
		fmt.Fprintf(out, "  kept       %s\n", strings.Join(kept, ", "))
	}
	if tlsKey(old) != "" {
		return // it is not to be recommended
	}
	file := ""
	if read, err := profilePath(""); err != nil || read != path { // clients would look elsewhere
		file = "export TEMPORAL_CONFIG_FILE=" + human.ShellWord(path) + "; "
	}
	fmt.Fprintf(out, "To use it: %stemporal --profile %s workflow list, or TEMPORAL_PROFILE=%[2]s\n", file, human.ShellWord(name))
}

// tlsKey is a key of a profile that makes clients speak TLS, empty for none.
func tlsKey(profile map[string]any) string {
	for _, key := range []string{"api_key", "tls"} {
		if _, has := profile[key]; has {
			return key
		}
	}
	return ""
}

// isRemote reports whether an address names another machine.
func isRemote(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(host)
	return host != "" && host != "localhost" && (err != nil || !ip.IsLoopback() && !ip.IsUnspecified())
}

// followOwnLink is the file that a path names. A link of the same user is followed, since
// people keep such files elsewhere. Another user's link may be planted and is refused.
func followOwnLink(path string) (string, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; int(uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is a link that another user (uid %d) made; it is not followed", path, uid)
	}
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is a link to nothing", path)
	}
	return target, err
}

func unreadableProfile(path, name string, settings []profileSetting, err error) *cli.Problem {
	p := &cli.Problem{
		What: fmt.Sprintf("%s is not readable as TOML: %v", path, err), Means: "no profile was written, and the file was not changed",
		Try: "mend the file, or another one: --file FILE", Exit: cli.ExitFailed,
	}
	if errors.Is(err, errUneditable) {
		p.What = fmt.Sprintf("profile %s in %s cannot be set: %v", name, path, err)
		p.Try = "write it yourself: the lines above, in [profile." + name + "]; or another file: --file FILE"
		for _, s := range settings {
			p.Details = append(p.Details, s.line())
		}
	}
	return p
}
