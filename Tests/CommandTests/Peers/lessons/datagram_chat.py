#!/usr/bin/env python3
"""Group chats by datagrams as a first course writes them: datagram_chat.py STYLE PORT [IP:PORT ...].

In the STYLE "turns" a line is said, then one datagram is waited for; in the STYLE "both" all goes at
once, until Ctrl-D or Ctrl-C. What they do wrong they do on purpose: whoever is heard is a peer, for
ever; 1024 bytes are read of a datagram, and the rest is lost; bytes that are not UTF-8 end the
receiving, while the sending goes on; any text that ends with the words of leaving is a farewell."""
import datetime, socket, sys, threading

LEAVING = "<LEAVES THE CHAT>"


class Peer:
    def __init__(self, port, peers):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", port))
        self.peers = set(peers)

    def send_all(self, text):
        for peer in list(self.peers):
            self.socket.sendto(text.encode(), peer)

    def receive(self):
        data, sender = self.socket.recvfrom(1024)
        self.peers.add(sender)
        return data.decode(), sender


def chat_text(text, name):
    return f"[{datetime.datetime.now().isoformat()}] {name}:\n\t{text}"


def in_turns(peer, name):
    while True:
        peer.send_all(chat_text(input("> "), name))
        print(peer.receive()[0])


def listen(peer):
    while True:
        text, sender = peer.receive()
        if text.endswith(LEAVING):
            peer.peers.remove(sender)
        print(text)


def both_at_once(peer, name):
    print("Type your message and press Enter to send it. "
        "Messages from other peers will be displayed below.")
    threading.Thread(target=listen, args=(peer,), daemon=True).start()
    try:
        while True:
            peer.send_all(chat_text(input(), name))
    except (EOFError, KeyboardInterrupt):
        peer.send_all(chat_text(LEAVING, name))
        peer.socket.close()


style, port, *others = sys.argv[1:]
places = [other.rsplit(":", 1) for other in others]
me = Peer(int(port), [(host, int(number)) for host, number in places])
print("Bound to:", me.socket.getsockname())
print("Local IP addresses:", socket.gethostbyname_ex(socket.gethostname())[2])
who = input("Enter your username to start the chat:\n")
{"turns": in_turns, "both": both_at_once}[style](me, who)
