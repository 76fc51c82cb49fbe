package e2e_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// shellScripts load what stigmer completion prints into a shell and print what
// $LINE, typed there, is completed to.
var shellScripts = map[string]struct {
	flags  []string
	script string
}{
	// The shell calls the function that is registered, with these variables. Where
	// the package bash-completion is not here, what the function takes from it is
	// put in its place.
	"bash": {[]string{"--norc"}, `
. /usr/share/bash-completion/bash_completion 2>/dev/null
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
	words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
}
eval "$(stigmer completion bash)"
registered=$(complete -p stigmer) && registered=${registered##*-F } && registered=${registered%% *}
COMP_LINE=$LINE COMP_POINT=${#LINE} COMP_WORDS=($LINE) COMP_TYPE=9
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$registered stigmer "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null # compopt wants a key
echo "${COMP_WORDS[*]:0:COMP_CWORD} ${COMPREPLY[*]}"
`},
	// Its completion works for keys alone: a shell within has a terminal of its own,
	// in which Ctrl-X prints the line as Tab has left it.
	"zsh": {[]string{"-f"}, `
zmodload zsh/zpty || exit
zpty inner zsh -f -i
zpty -w inner 'autoload -Uz compinit && compinit -u -D; eval "$(stigmer completion zsh)"
show() { print -r -- "<$BUFFER>" }; zle -N show; bindkey "^X" show; print re""ady'
zpty -r inner seen '*ready*'
zpty -w -n inner "$LINE"$'\t\x18'
zpty -r inner seen '*<*>*'
zpty -d inner
print -r -- ${${seen##*<}%%>*}
`},
	"fish": {[]string{"--no-config"}, `
stigmer completion fish | source
echo (string replace -r '\S+$' '' -- $LINE)(complete -C $LINE)
`},
}

// TestShellsComplete: what stigmer completion prints works in each shell that is
// here: a command and values are completed.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	for name, shell := range shellScripts {
		for line, completed := range map[string]string{
			"stigmer local state --wait-for He": "stigmer local state --wait-for Healthy",
			"stigmer local install --from g":    "stigmer local install --from go",
			"stigmer local resta":               "stigmer local restart",
		} {
			t.Run(name+"/"+line, func(t *testing.T) {
				t.Parallel()
				program, err := exec.LookPath(name)
				if err != nil {
					t.Skip("there is no ", name)
				}
				if name == "bash" && exec.Command(program, "-c", "((BASH_VERSINFO >= 4))").Run() != nil {
					t.Skip("the script is for bash 4 or later")
				}
				ctx, cancel := context.WithTimeout(context.Background(), awaitDefault)
				defer cancel()
				c := exec.CommandContext(ctx, program, append(shell.flags, "-c", shell.script)...)
				c.Env = append(os.Environ(), "LINE="+line, "HOME="+t.TempDir(), "STIGMER_HOME="+t.TempDir(), "GORACE=atexit_sleep_ms=0", "TERM=xterm")
				var errors bytes.Buffer
				c.Stderr = &errors
				out, err := c.Output()
				got, _, _ := strings.Cut(string(out), "\t") // fish explains each
				if got = strings.TrimSpace(got); err != nil || got != completed {
					t.Errorf("%q, not %q: %v\n%s%s", got, completed, err, out, &errors)
				}
			})
		}
	}
}
