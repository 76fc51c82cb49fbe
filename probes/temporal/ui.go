package temporal

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// UI asks for the page at url, without a proxy and without following a redirect.
// Any status below 400 is fine; the error is that of the request, or names the status.
func UI(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{
		// A Transport of its own has no proxy; without keep-alive none of its connections stays.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("get %s: %s", url, response.Status)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("get %s: %w", url, err)
	}
	return nil
}
