"""Echo on asyncio's loop or on uvloop's: echo.py asyncio|uvloop PORT [udp].

Protocols, not streams: they are the fastest that asyncio has.
"""
import asyncio
import gc
import sys


def with_small_reads(transport):
    """asyncio asks for 256 KiB at a time, which malloc maps and unmaps: two thirds of an echo's time."""
    if hasattr(transport, "max_size"):
        transport.max_size = 65536
    return transport


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = with_small_reads(transport)

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = with_small_reads(transport)

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


async def serve(port, is_udp):
    loop = asyncio.get_running_loop()
    address = ("127.0.0.1", port)
    if is_udp:
        await loop.create_datagram_endpoint(Datagrams, local_addr=address)
        await loop.create_future()
    server = await loop.create_server(Echo, *address, backlog=1024)
    gc.freeze()
    await server.serve_forever()


if sys.argv[1] == "uvloop":
    import uvloop
    uvloop.install()
asyncio.run(serve(int(sys.argv[2]), "udp" in sys.argv))
