package cmd

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
)

// point is a place in the picture, in pixels from the upper left corner.
type point struct{ x, y float64 }

func (p point) plus(q point) point                { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point               { return point{p.x - q.x, p.y - q.y} }
func (p point) times(factor float64) point        { return point{p.x * factor, p.y * factor} }
func (p point) length() float64                   { return math.Hypot(p.x, p.y) }
func (p point) between(q point, at float64) point { return p.times(1 - at).plus(q.times(at)) }

// The sizes of the picture.
const (
	pictureWidth, pictureHeight = 1140, 760
	boxWidth, boxHeight         = 130, 48
	lineHeight                  = 15
	titleRunes                  = 130
)

// places says where each state is drawn: the way of an undisturbed start along the
// top, the troubles below it, the end at the bottom.
var places = map[fsm.State]point{
	fsm.Stopped: {110, 190}, fsm.Locking: {390, 190}, fsm.Starting: {690, 190}, fsm.Healthy: {970, 190},
	fsm.Restarting: {690, 410}, fsm.Degraded: {970, 410},
	fsm.Stopping: {390, 640},
}

// hint says how an arrow is drawn that would run into something.
type hint struct {
	// over is the point that it swerves to; zero for straight, or a little to the
	// left if there is an arrow back.
	over point
	// label is where on the way its label is, from 0 to 1; zero for the middle.
	label float64
	// lift is how far its label is moved up.
	lift float64
}

var hints = map[[2]fsm.State]hint{
	{fsm.Locking, fsm.Starting}:    {lift: 22},
	{fsm.Starting, fsm.Healthy}:    {lift: 13},
	{fsm.Degraded, fsm.Restarting}: {lift: -22},
	{fsm.Locking, fsm.Stopping}:    {label: 0.7},
	{fsm.Starting, fsm.Stopping}:   {label: 0.65},
	{fsm.Degraded, fsm.Stopping}:   {over: point{850, 600}},
	{fsm.Restarting, fsm.Stopped}:  {over: point{130, 470}, label: 0.35},
	{fsm.Healthy, fsm.Stopping}:    {over: point{1330, 790}, label: 0.6},
	{fsm.Healthy, fsm.Degraded}:    {over: point{1010, 300}, label: 0.3},
	{fsm.Degraded, fsm.Healthy}:    {over: point{930, 300}, label: 0.3},
}

// curve is an arrow's line, a quadratic Bézier curve.
type curve struct{ from, over, to point }

// at is the curve's point for a parameter from 0 to 1.
func (c curve) at(t float64) point {
	return c.from.between(c.over, t).between(c.over.between(c.to, t), t)
}

// route finds an arrow's curve and the place of its label.
func (p *picture) route(a takenArrow) (curve, point) {
	from, to := places[a.From], places[a.To]
	h := hints[[2]fsm.State{a.From, a.To}]
	over := h.over
	if over == (point{}) {
		over = from.between(to, 0.5)
		if p.hasArrow(a.To, a.From) {
			way := to.minus(from)
			over = over.plus(point{way.y, -way.x}.times(80 / way.length()))
		}
	}
	c := curve{border(from, over), over, border(to, over)}
	if h.label == 0 {
		h.label = 0.5
	}
	return c, c.at(h.label).minus(point{0, h.lift})
}

func (p *picture) hasArrow(from, to fsm.State) bool {
	return slices.ContainsFunc(p.arrows, func(a takenArrow) bool { return a.From == from && a.To == to })
}

// border is where the line from a box's middle to a point leaves the box.
func border(middle, towards point) point {
	way := towards.minus(middle)
	scale := math.Min(boxWidth/2/math.Max(math.Abs(way.x), 1e-9), boxHeight/2/math.Max(math.Abs(way.y), 1e-9))
	return middle.plus(way.times(scale))
}

// svg prints a picture that is complete in itself.
func (p *picture) svg(out io.Writer) {
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="sans-serif" font-size="12">`+"\n",
		pictureWidth, pictureHeight, pictureWidth, pictureHeight)
	fmt.Fprintf(out, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n<defs>\n", html.EscapeString(p.title()))
	for _, name := range []string{"path", "rest"} {
		colour := map[string]string{"path": colourPath, "rest": colourRest}[name]
		fmt.Fprintf(out, `<marker id="%s" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="%s"/></marker>`+"\n", name, colour)
	}
	fmt.Fprint(out, "</defs>\n")
	fmt.Fprintf(out, `<text x="20" y="32" font-size="16">%s</text>`+"\n", html.EscapeString(actions.Shortened(p.title(), titleRunes)))
	if p.cut != "" {
		fmt.Fprintf(out, `<text x="20" y="54">%s</text>`+"\n", html.EscapeString(p.cut))
	}
	for _, taken := range []bool{false, true} { // the path lies on top
		for _, a := range p.arrows {
			if a.taken() == taken {
				p.svgArrow(out, a)
			}
		}
	}
	for _, state := range fsm.States {
		p.svgState(out, state)
	}
	fmt.Fprintln(out, "</svg>")
}

// loops says on which side an arrow leaves a state that it comes back to: 1 is
// below, -1 above.
var loops = map[fsm.State]float64{fsm.Starting: -1, fsm.Degraded: 1, fsm.Restarting: 1, fsm.Stopping: 1}

func (p *picture) svgArrow(out io.Writer, a takenArrow) {
	colour, mark, width := colourRest, "rest", 1.2
	if a.taken() {
		colour, mark, width = colourPath, "path", 3
	}
	var line string
	var label point
	if a.From == a.To {
		line, label = loop(places[a.From], loops[a.From], len(a.On))
	} else {
		var c curve
		c, label = p.route(a)
		line = fmt.Sprintf("M%.1f %.1f Q%.1f %.1f %.1f %.1f", c.from.x, c.from.y, c.over.x, c.over.y, c.to.x, c.to.y)
	}
	fmt.Fprintf(out, `<path d="%s" fill="none" stroke="%s" stroke-width="%.1f" marker-end="url(#%s)"/>`+"\n", line, colour, width, mark)
	first := label.y - float64(len(a.On)-1)*lineHeight/2 + lineHeight/3
	for i, on := range a.On {
		weight, fill := "normal", "#57606a"
		if a.times[on] > 0 {
			weight, fill = "bold", colourPath
		}
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="middle" font-weight="%s" fill="%s" stroke="white" stroke-width="4" paint-order="stroke">%s</text>`+"\n",
			label.x, first+float64(i)*lineHeight, weight, fill, html.EscapeString(a.label(on)))
	}
}

// loop is the line of an arrow from a box to itself, and the place of its label.
func loop(box point, side float64, lines int) (string, point) {
	edge := box.y + side*boxHeight/2
	far := edge + side*50
	return fmt.Sprintf("M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f", box.x-25, edge, box.x-45, far, box.x+45, far, box.x+25, edge), point{box.x, far + side*(float64(lines)*lineHeight/2-8)}
}

func (p *picture) svgState(out io.Writer, state fsm.State) {
	stroke, width, fill, text := colourRest, 1.2, "white", "#24292f"
	switch {
	case state == p.state:
		stroke, width, fill, text = colourNow, 3, colourNow, "white"
	case p.was(state):
		stroke, width = colourPath, 3
	}
	at := places[state]
	fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%d" height="%d" rx="10" fill="%s" stroke="%s" stroke-width="%.1f"/>`+"\n",
		at.x-boxWidth/2, at.y-boxHeight/2, boxWidth, boxHeight, fill, stroke, width)
	fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="15" font-weight="bold" fill="%s">%s</text>`+"\n", at.x, at.y+5, text, state)
}
