package install

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// sumsName is the file in which a release's sums are published, as sha256sum
// writes them.
const sumsName = "checksums.txt"

// sumsBytes bounds it: a release has some ten archives.
const sumsBytes = 1 << 20

// publishedSum fetches the SHA-256 that a release's list has for an archive, in
// lower-case hexadecimal.
func (r Release) publishedSum(ctx context.Context, c *client, v Version, name string) (string, error) {
	list := r.file(v, sumsName)
	var text []byte
	err := c.retry(ctx, func() (int64, error) {
		r, err := c.get(ctx, list, 0)
		if err != nil {
			return 0, c.classify(list, err)
		}
		defer r.Close()
		text, err = io.ReadAll(io.LimitReader(r, sumsBytes+1))
		if err != nil {
			return 0, brokenOff(ctx, list, err)
		}
		return 0, nil
	})
	if err != nil {
		return "", err
	}
	if len(text) > sumsBytes {
		return "", refused("%s is larger than %d MiB", redacted(list), sumsBytes>>20)
	}
	sum, why := sumOf(string(text), name)
	if why != "" {
		return "", refused("%s %s", redacted(list), why)
	}
	return sum, nil
}

// sumOf finds a file's sum in the lines of sha256sum, or says why there is none.
func sumOf(text, name string) (sum, why string) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 2 || strings.TrimPrefix(fields[1], "*") != name {
			continue
		}
		found := strings.ToLower(fields[0])
		if raw, err := hex.DecodeString(found); err != nil || len(raw) != 32 {
			return "", fmt.Sprintf("has no SHA-256 for %s, but %.80q", name, fields[0])
		}
		if sum != "" && sum != found {
			return "", "has two different sums for " + name
		}
		sum = found
	}
	if sum == "" {
		return "", "does not name " + name
	}
	return sum, ""
}
