package main

import (
	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd"
)

// larger is the command "larger", which has the tree of Local two levels down, as
// larger programs may; it returns the exit status. As a plugin of another program it
// shows itself under that one's name.
func larger() int {
	tools := &cobra.Command{Use: "tools", Short: "Tools of many kinds"}
	tools.AddCommand(cmd.Local())
	root := &cobra.Command{
		Use: "larger", Short: "A larger program", SilenceErrors: true, SilenceUsage: true,
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "other larger"},
	}
	root.AddCommand(tools)
	return cmd.Run(root)
}
