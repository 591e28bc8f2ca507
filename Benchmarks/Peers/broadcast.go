// Line broadcast in Go: what a member says is copied once, and goes as the same bytes to all others.
//
// A goroutine a member reads, another writes all that waits with one call.
package main

import (
	"bytes"
	"log"
	"net"
	"os"
	"sync"
)

const bound = 1 << 14 // pieces that may wait for a member; then it has to go

type member struct {
	connection net.Conn
	lock       sync.Mutex
	waiting    net.Buffers
	wake       chan struct{}
}

var (
	lock    sync.Mutex
	members = map[*member]bool{}
)

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		member := &member{connection: connection, wake: make(chan struct{}, 1)}
		lock.Lock()
		members[member] = true
		lock.Unlock()
		go member.read()
		go member.write()
	}
}

func (member *member) read() {
	buffer := make([]byte, 65536)
	for start := 0; ; {
		count, err := member.connection.Read(buffer[start:])
		end := start + count
		whole := bytes.LastIndexByte(buffer[:end], '\n') + 1
		if whole > 0 {
			member.say(append([]byte(nil), buffer[:whole]...))
		}
		start = copy(buffer, buffer[whole:end])
		if err != nil || start == len(buffer) {
			break
		}
	}
	lock.Lock()
	delete(members, member)
	lock.Unlock()
	member.connection.Close()
	close(member.wake)
}

func (member *member) say(piece []byte) {
	lock.Lock()
	defer lock.Unlock()
	for other := range members {
		if other == member {
			continue
		}
		other.lock.Lock()
		other.waiting = append(other.waiting, piece)
		if len(other.waiting) > bound {
			other.connection.Close()
		}
		other.lock.Unlock()
		select {
		case other.wake <- struct{}{}:
		default:
		}
	}
}

func (member *member) write() {
	var spare net.Buffers
	for range member.wake {
		member.lock.Lock()
		batch := member.waiting
		member.waiting = spare[:0]
		member.lock.Unlock()
		spare = batch
		if _, err := batch.WriteTo(member.connection); err != nil {
			member.connection.Close()
		}
	}
}
