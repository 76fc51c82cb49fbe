package temporal

import (
	"bytes"
	"context"

	"google.golang.org/protobuf/encoding/protowire"
)

// getSystemInfo needs no namespace, and no service but the frontend.
const getSystemInfo = "/" + workflowService + "/GetSystemInfo"

// ServerVersion returns the version that the server at host:port says it has, as in "1.31.2",
// empty if it says none until ctx is done.
func ServerVersion(ctx context.Context, address string) string {
	line, err := Dial(ctx, address)
	if err != nil {
		return ""
	}
	defer line.HangUp()
	info, err := line.Call(ctx, getSystemInfo, nil)
	if err != nil {
		return ""
	}
	// server_version is field 1 of the response, with which it begins.
	version, _ := protowire.ConsumeString(bytes.TrimPrefix(info, protowire.AppendTag(nil, 1, protowire.BytesType)))
	return validVersion(version)
}
