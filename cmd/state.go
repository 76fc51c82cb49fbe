package cmd

import "github.com/spf13/cobra"

func stateCommand() *cobra.Command { return &cobra.Command{Use: "state"} }
