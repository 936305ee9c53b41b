package timeline

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A record file is the magic, the format's version as a little-endian uint32,
// and entries, each
//
//	uint32  length of what follows the checksum: kind and payload
//	uint32  CRC-32C of kind and payload
//	uint8   kind
//	…       payload: JSON, but for what comes often: blocks of requests and of
//	        findings, answers and usages (load.Packer)
//
// The last entry is of kind entryEnd and empty. A file without it was cut off.
const (
	magic    = "SDRECORD"
	preamble = len(magic) + 4
	overhead = 8
)

// mostEntry bounds an entry, so that a damaged length cannot claim all memory. What a node
// emits is no longer (wire: a line), and a block holds some thousand requests.
const mostEntry = 32 << 20

// entry says what a payload is. Its values are part of the format: never
// renumber. A kind that a reader does not have is skipped.
type entry uint8

const (
	entryEnd entry = iota
	entryHeader
	entryClock
	entryMark
	entryBlock
	entryAnswer
	entryDelivery
	entryUsage
	entryProof
	entryTraffic
	entryNote
	entryFindings
	entryStrays
	entryReading
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errCut is how a reader learns that the file ends inside an entry.
var errCut = errors.New("cut off")

// appendFrame adds one entry to b.
func appendFrame(b []byte, kind entry, payload []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(1+len(payload)))
	sum := crc32.Update(crc32.Checksum([]byte{byte(kind)}, castagnoli), castagnoli, payload)
	b = binary.LittleEndian.AppendUint32(b, sum)
	b = append(b, byte(kind))
	return append(b, payload...)
}

// readFrame reads one entry into buf, which it may grow and which the payload
// stays part of. It returns errCut where the file ends.
func readFrame(r io.Reader, buf *bytes.Buffer) (entry, []byte, error) {
	var head [overhead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, cut(err)
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size == 0 || size > mostEntry {
		return 0, nil, fmt.Errorf("its length of %d bytes cannot be", size)
	}
	buf.Reset()
	// grows as bytes come, whatever size claims
	if _, err := io.CopyN(buf, r, int64(size)); err != nil {
		return 0, nil, cut(err)
	}
	b := buf.Bytes()
	if crc32.Checksum(b, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return 0, nil, errors.New("its checksum is wrong")
	}
	return entry(b[0]), b[1:], nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

// appendBlock encodes a block: length and bytes of the group's name, count,
// data.
func appendBlock(b []byte, x load.Block) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(x.Group)))
	b = append(b, x.Group...)
	b = binary.LittleEndian.AppendUint32(b, uint32(x.Count))
	return append(b, x.Data...)
}

// parseBlock undoes appendBlock; the block's data is part of b.
func parseBlock(b []byte) (x load.Block, err error) {
	if len(b) < 2 {
		return x, errors.New("block: too short")
	}
	name := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; len(b) < name+4 {
		return x, errors.New("block: too short")
	}
	x.Group = string(b[:name])
	x.Count = int(binary.LittleEndian.Uint32(b[name:]))
	x.Data = b[name+4:]
	return x, nil
}
