package temporal

import (
	"context"

	"google.golang.org/protobuf/types/known/wrapperspb"
)

// getSystemInfo needs no namespace, and no service but the frontend.
const getSystemInfo = "/" + workflowService + "/GetSystemInfo"

// ServerVersion returns the version that the server at host:port says it has, as in "1.31.2",
// empty if it says none until ctx is done.
func ServerVersion(ctx context.Context, address string) string {
	line, err := dial(ctx, address)
	if err != nil {
		return ""
	}
	defer line.hangUp()
	// server_version is field 1 of the response, which so begins as a StringValue does.
	info, err := call[wrapperspb.StringValue](ctx, line, getSystemInfo, nil)
	if err != nil {
		return ""
	}
	return validVersion(info.Value)
}
