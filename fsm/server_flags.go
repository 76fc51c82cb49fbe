package fsm

import "cmp"

// ServerFlags are flags of start-dev that Temporal gets as they are. A record of an older version
// has none of them.
type ServerFlags struct {
	// UIIP is the address of the web UI, empty for that of the frontend.
	UIIP string `json:"ui_ip"`
	// UIPublicPath is the path below which the web UI is, empty for /.
	UIPublicPath string `json:"ui_public_path"`
	// UIAssetPath is a folder of the web UI's files, empty for its own.
	UIAssetPath string `json:"ui_asset_path"`
	// UICodecEndpoint is the URL of a server that decodes payloads for the web UI.
	UICodecEndpoint    string `json:"ui_codec_endpoint"`
	UIDisableNewsFetch bool   `json:"ui_disable_news_fetch"`
	// LogConfig has Temporal print its configuration as it starts.
	LogConfig bool `json:"log_config"`
	// SQLitePragmas and DynamicConfig are NAME=VALUE each.
	SQLitePragmas Texts `json:"sqlite_pragma"`
	DynamicConfig Texts `json:"dynamic_config_value"`
	// Args are arguments that stigmer does not know: they go last.
	Args Texts `json:"temporal_arg"`
}

// UIAddress is the address on which the web UI listens.
func (s Settings) UIAddress() string { return cmp.Or(s.UIIP, s.IP) }
