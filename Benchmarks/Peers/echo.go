// Echo in Go: a goroutine a connection, or one for a socket of datagrams.
//
//	echo PORT [BUFFER]    tcp, a buffer of so many bytes a connection
//	echo PORT udp
package main

import (
	"log"
	"net"
	"os"
	"strconv"
)

func main() {
	address := "127.0.0.1:" + os.Args[1]
	if len(os.Args) > 2 && os.Args[2] == "udp" {
		datagrams(address)
	}
	size := 4096
	if len(os.Args) > 2 {
		size, _ = strconv.Atoi(os.Args[2])
	}
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go echo(connection, make([]byte, size))
	}
}

// The net package has set TCP_NODELAY, and Write returns when all is written.
func echo(connection net.Conn, buffer []byte) {
	defer connection.Close()
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

// The forms with AddrPort allocate nothing.
func datagrams(address string) {
	place, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		log.Fatal(err)
	}
	socket, err := net.ListenUDP("udp4", place)
	if err != nil {
		log.Fatal(err)
	}
	buffer := make([]byte, 65536)
	for {
		count, from, err := socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			log.Fatal(err)
		}
		socket.WriteToUDPAddrPort(buffer[:count], from)
	}
}
