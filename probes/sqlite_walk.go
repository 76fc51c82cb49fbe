package probes

import (
	"encoding/binary"
	"fmt"
)

// The kinds of b-tree pages, by their first byte.
const (
	indexInterior = 2
	tableInterior = 5
	indexLeaf     = 10
	tableLeaf     = 13
)

// walk follows everything that leads to a page. What it never comes to is used
// by nothing.
func (p *pager) walk() {
	p.used = make([]bool, p.Pages+1)
	w := &walker{pager: p}
	w.tree(1, "the schema", 0)
	for _, root := range w.roots {
		w.tree(root.page, root.name, 0)
	}
	w.freeList()
	if p.Flaw == "" && !w.partial {
		p.unused()
	}
}

// walker is one walk over a database.
type walker struct {
	*pager
	roots []treeRoot
	// partial says that a tree may have been missed.
	partial bool
}

type treeRoot struct {
	page int
	name string
}

// deepest is more levels than any tree of 2^32 pages has.
const deepest = 40

func (w *walker) tree(number int, name string, depth int) {
	user := "the tree of " + name
	if depth > deepest {
		w.fail("%s is too deep", user)
	}
	data := w.page(number, user)
	if data == nil || w.Flaw != "" {
		return
	}
	at := 0
	if number == 1 {
		at = len(w.header)
	}
	kind, cells, head := data[at], int(binary.BigEndian.Uint16(data[at+3:])), 8
	interior := kind == indexInterior || kind == tableInterior
	if !interior && kind != indexLeaf && kind != tableLeaf {
		w.fail("page %d, in %s, is damaged: it is of no kind that there is (%d)", number, user, kind)
		return
	}
	if interior {
		head = 12
	}
	if at+head+2*cells > w.usable {
		w.fail("page %d, in %s, is damaged: it claims %d cells", number, user, cells)
		return
	}
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(data[at+head+2*i:]))
		if cell < at+head+2*cells || cell+4 > w.usable {
			w.fail("page %d, in %s, is damaged: cell %d lies at %d", number, user, i, cell)
			return
		}
		w.cell(data[cell:w.usable], kind, number, name, depth)
		if w.Flaw != "" {
			return
		}
	}
	if interior {
		w.tree(int(binary.BigEndian.Uint32(data[at+8:])), name, depth+1)
	}
}

// cell follows what one cell leads to: a child, or pages with the rest of a long row.
func (w *walker) cell(cell []byte, kind byte, number int, name string, depth int) {
	if kind == indexInterior || kind == tableInterior {
		w.tree(int(binary.BigEndian.Uint32(cell)), name, depth+1)
		cell = cell[4:]
	}
	if kind == tableInterior || w.Flaw != "" {
		return
	}
	payload, n := varint(cell)
	cell = cell[n:]
	if kind == tableLeaf {
		_, n = varint(cell)
		cell = cell[n:]
	}
	local := w.local(payload, kind)
	if payload < 0 || local > len(cell) || local < payload && local+4 > len(cell) {
		w.fail("page %d, in the tree of %s, is damaged: a row of %d bytes does not fit", number, name, payload)
		return
	}
	if name == "the schema" && kind == tableLeaf {
		w.schemaRow(cell[:local])
	}
	if local < payload {
		w.overflow(int(binary.BigEndian.Uint32(cell[local:])), payload-local, name)
	}
}

// local is how much of a row lies in its cell.
func (w *walker) local(payload int, kind byte) int {
	most, least := w.usable-35, (w.usable-12)*32/255-23
	if kind != tableLeaf {
		most = (w.usable-12)*64/255 - 23
	}
	if payload <= most {
		return payload
	}
	if k := least + (payload-least)%(w.usable-4); k <= most {
		return k
	}
	return least
}

func (w *walker) overflow(next, rest int, name string) {
	for user := "a long row of " + name; rest > 0; rest -= w.usable - 4 {
		data := w.page(next, user)
		if data == nil {
			return
		}
		next = int(binary.BigEndian.Uint32(data))
	}
	if next != 0 {
		w.fail("a long row of %s has more pages than it needs", name)
	}
}

// schemaRow takes the name and the root page from a row of the schema: its
// columns are type, name, table, root page, text.
func (w *walker) schemaRow(row []byte) {
	size, n := varint(row)
	if size > len(row) || size < n {
		w.partial = true
		return
	}
	types, values := row[n:size], row[size:]
	var columns [4][]byte
	for i := range columns {
		kind, n := varint(types)
		length := columnSize(kind)
		if n == 0 || length < 0 || length > len(values) {
			w.partial = true
			return
		}
		columns[i], types, values = values[:length], types[n:], values[length:]
	}
	root := 0
	for _, b := range columns[3] {
		root = root<<8 | int(b)
	}
	name := string(columns[1])
	if string(columns[0]) == "table" {
		w.Tables = append(w.Tables, name)
	}
	if root != 0 { // a view has none
		w.roots = append(w.roots, treeRoot{root, fmt.Sprintf("%s %s", columns[0], name)})
	}
}

// columnSize is how many bytes a column of a serial type has.
func columnSize(kind int) int {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind <= 4:
		return kind
	case kind == 5:
		return 6
	case kind <= 7:
		return 8
	}
	return 0
}

// freeList follows the list of pages that wait to be used again.
func (w *walker) freeList() {
	next, counted := int(binary.BigEndian.Uint32(w.header[32:])), 0
	for next != 0 && w.Flaw == "" {
		data := w.page(next, "the list of free pages")
		if data == nil {
			return
		}
		counted++
		leaves := int(binary.BigEndian.Uint32(data[4:]))
		if leaves > w.usable/4-2 {
			w.fail("page %d, in the list of free pages, is damaged", next)
			return
		}
		for i := range leaves {
			w.page(int(binary.BigEndian.Uint32(data[8+4*i:])), "the list of free pages")
		}
		counted += leaves
		next = int(binary.BigEndian.Uint32(data))
	}
	if want := int(binary.BigEndian.Uint32(w.header[36:])); w.Flaw == "" && counted != want {
		w.fail("%d pages are free, the header says %d", counted, want)
	}
}

// unused finds pages that nothing leads to. The page with the lock bytes, at
// 1 GiB, and those of the pointer map of an auto-vacuum database are their own.
func (p *pager) unused() {
	vacuums := binary.BigEndian.Uint32(p.header[52:]) != 0
	lockPage, mapped := 1<<30/p.size+1, p.usable/5+1
	for number := 1; number <= p.Pages; number++ {
		isMap := vacuums && number > 1 && (number-2)%mapped == 0
		if !p.used[number] && number != lockPage && !isMap {
			p.fail("page %d is used by nothing", number)
			return
		}
	}
}

// varint reads SQLite's variable-length integer; n is 0 where there is none.
func varint(data []byte) (value, n int) {
	for n < len(data) && n < 8 {
		value = value<<7 | int(data[n]&0x7f)
		n++
		if data[n-1]&0x80 == 0 {
			return value, n
		}
	}
	if n == 8 && len(data) > 8 {
		return value<<8 | int(data[8]), 9
	}
	return 0, 0
}
