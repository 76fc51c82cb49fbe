package install

import (
	"context"
	"io"
	"net/url"
	"regexp"
	"strings"
)

// sumsName is the file in which a release's sums are published, as sha256sum
// writes them.
const sumsName = "checksums.txt"

// sumsBytes bounds it: a release has some ten archives.
const sumsBytes = 1 << 20

// publishedSum fetches the SHA-256 that a release's list has for an archive, in
// lower-case hexadecimal.
func (c *client) publishedSum(ctx context.Context, list *url.URL, name string) (string, error) {
	var text []byte
	err := c.retry(ctx, func() (int64, error) {
		r, err := c.get(ctx, list, 0)
		if err != nil {
			return 0, err
		}
		defer r.Body.Close()
		if text, err = io.ReadAll(io.LimitReader(r.Body, sumsBytes+1)); err != nil {
			return 0, brokenOff(ctx, list, err)
		}
		return 0, nil
	})
	switch sums := sumsOf(string(text), name); {
	case err != nil:
		return "", err
	case len(text) > sumsBytes:
		return "", failed(Refused, "%s is larger than %d MiB", redacted(list), sumsBytes>>20)
	case len(sums) == 0:
		return "", failed(Refused, "%s has no SHA-256 for %s", redacted(list), name)
	case len(sums) > 1:
		return "", failed(Refused, "%s has two different sums for %s", redacted(list), name)
	default:
		return sums[0], nil
	}
}

// sumLine is a line of sha256sum; a star before the name is for a file that was read as binary.
var sumLine = regexp.MustCompile(`(?m)^([0-9A-Fa-f]{64})[ \t]+\*?(\S+)[ \t\r]*$`)

// sumsOf finds the sums that a list has for a file, each once.
func sumsOf(text, name string) (sums []string) {
	for _, line := range sumLine.FindAllStringSubmatch(text, -1) {
		sum := strings.ToLower(line[1])
		if line[2] == name && (len(sums) == 0 || sums[len(sums)-1] != sum) {
			sums = append(sums, sum)
		}
	}
	return sums
}
