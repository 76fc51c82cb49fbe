package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// containerBlock is the one block of a language in docs/CONTAINERS.md.
func containerBlock(t *testing.T, language string) string {
	t.Helper()
	var found []string
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if filepath.Base(p.path) == "CONTAINERS.md" && b.language == language {
				found = append(found, strings.Join(p.lines[b.first:b.end], "\n"))
			}
		}
	}
	if len(found) != 1 {
		t.Fatalf("docs/CONTAINERS.md has %d blocks of %s", len(found), language)
	}
	return found[0]
}

// parseDockerfile reads a Dockerfile as docker build does, and returns what its linter warns of.
func parseDockerfile(text string) (warnings []string, err error) {
	read, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	for _, w := range read.Warnings {
		warnings = append(warnings, w.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) {
		warnings = append(warnings, rule+": "+message)
	}})
	_, _, err = instructions.Parse(read.AST, lint)
	return warnings, err
}

// parseCompose reads a compose file as docker compose does.
func parseCompose(text string) (*types.Project, error) {
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  "/project",
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte(text)}},
	}, func(o *loader.Options) { o.SetProjectName("project", true) })
}

// devContainer has the properties of devcontainer.json that ours may have
// (containers.dev/implementors/json_reference). Another key is a mistake.
type devContainer struct {
	Name             string
	Image            string
	Init             bool
	ContainerEnv     map[string]string
	Mounts           []string
	OnCreateCommand  string
	PostStartCommand string
	ForwardPorts     []int
	PortsAttributes  map[string]struct{ Label string }
}

func parseDevContainer(text string) (d devContainer, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	return d, decoder.Decode(&d)
}

// TestDocsContainerFiles: the Dockerfile, the compose file and the devcontainer.json of
// docs/CONTAINERS.md are of their formats, and go together.
func TestDocsContainerFiles(t *testing.T) {
	if warnings, err := parseDockerfile(containerBlock(t, "dockerfile")); err != nil || len(warnings) > 0 {
		t.Errorf("the Dockerfile: %q, %v", warnings, err)
	}
	project, err := parseCompose(containerBlock(t, "yaml"))
	check(t, err)
	image := containerBlock(t, "dockerfile")
	temporal := project.Services["temporal"]
	for _, v := range temporal.Volumes {
		if !strings.Contains(image, "VOLUME "+v.Target+"\n") {
			t.Errorf("the image has no volume %s", v.Target)
		}
	}
	for _, port := range temporal.Ports {
		if !strings.Contains(image, fmt.Sprint(port.Target)) || port.HostIP != "127.0.0.1" {
			t.Errorf("the image has no port %d, or it is open to others: %s", port.Target, port.HostIP)
		}
	}
	if test := temporal.HealthCheck.Test; test[0] != "CMD" || faultInCommand(strings.Join(test[1:], " ")[len("/bin/"):]) != "" {
		t.Errorf("the health check is %q", test)
	}
	dev, err := parseDevContainer(containerBlock(t, "json"))
	check(t, err)
	for _, command := range slices.Concat(strings.Split(dev.OnCreateCommand, " && "), []string{dev.PostStartCommand}) {
		if problem := faultInCommand(command); problem != "" || command == "" {
			t.Errorf("%q: %s", command, problem)
		}
	}
}

// TestDocsContainerFilesBite: what is not of its format is found.
func TestDocsContainerFilesBite(t *testing.T) {
	for _, text := range []string{
		"FROM scratch\nEXPOSED 7233", "FROM scratch\nCOPY build/stigmer", "RUN true", "FROM scratch\nENV PATH",
		"FROM scratch\nHEALTHCHECK --every=1s CMD x",
	} {
		if warnings, err := parseDockerfile(text); err == nil && len(warnings) == 0 {
			t.Errorf("%q goes through", text)
		}
	}
	for _, text := range []string{
		"services: {a: {image: x, healthcheck: {tests: [CMD, x]}}}", "services: {a: {image: x, ports: [no]}}", "services: {a: {image: x, restart: [x]}}",
		"services: {a: {image: x, depends_on: [b]}}", "services: {a: {image: x, stop_grace_period: soon}}",
	} {
		if _, err := parseCompose(text); err == nil {
			t.Errorf("%q goes through", text)
		}
	}
	for _, text := range []string{`{"image": 1}`, `{"image": "x", "forwardPorts": 7233}`, `{"image": "x", "postStartCommands": "x"}`, `{"image": "x", "init": "yes"}`, `{"image": "x",}`} {
		if _, err := parseDevContainer(text); err == nil {
			t.Errorf("%q goes through", text)
		}
	}
}
