// Echo of u32 frames in C: takes each frame apart, puts it together again, one send for all that came.
#include "server.h"

enum { LIMIT = 65536, OUTPUT = 2 * SCRATCH + 2 * LIMIT };

struct connection {
  char *rest;  // an unfinished frame
  char *pending;
  uint32_t rest_count, start, end;
};

static struct connection *connections;
static char scratch[LIMIT + 4 + SCRATCH], output[OUTPUT];

static void drop(int descriptor) {
  free(connections[descriptor].rest);
  free(connections[descriptor].pending);
  connections[descriptor] = (struct connection){0};
  close(descriptor);
}

// Sends what is pending; false when some of it still is.
static bool flush(int descriptor, struct connection *connection) {
  while (connection->start < connection->end) {
    ssize_t sent = send(descriptor, connection->pending + connection->start,
      connection->end - connection->start, MSG_NOSIGNAL);
    if (sent < 0) return false;
    connection->start += sent;
  }
  free(connection->pending);
  connection->pending = NULL;
  return true;
}

// Echoes all whole frames of `count` bytes and keeps the rest; false when the connection is of no use.
static bool handle(int descriptor, struct connection *connection, uint32_t count) {
  uint32_t place = 0, filled = 0;
  while (count - place >= 4) {
    uint32_t length;
    memcpy(&length, scratch + place, 4);
    length = ntohl(length);
    if (length > LIMIT) return false;
    if (count - place - 4 < length) break;
    uint32_t header = htonl(length);
    memcpy(output + filled, &header, 4);
    memcpy(output + filled + 4, scratch + place + 4, length);
    filled += 4 + length;
    place += 4 + length;
  }
  if (place < count) {
    connection->rest = malloc(count - place);
    connection->rest_count = count - place;
    memcpy(connection->rest, scratch + place, count - place);
  }
  ssize_t sent = filled > 0 ? send(descriptor, output, filled, MSG_NOSIGNAL) : 0;
  if (sent < 0 && errno != EAGAIN) return false;
  if (sent < 0) sent = 0;
  if (sent < filled) {
    connection->pending = malloc(filled - sent);
    memcpy(connection->pending, output + sent, filled - sent);
    connection->start = 0;
    connection->end = filled - sent;
  }
  return true;
}

static void serve(int descriptor, uint32_t events) {
  struct connection *connection = &connections[descriptor];
  if (connection->pending && !flush(descriptor, connection)) {
    if (errno != EAGAIN) drop(descriptor);
    return;
  }
  while (!connection->pending) {
    uint32_t before = connection->rest_count;
    if (connection->rest) memcpy(scratch, connection->rest, before);
    ssize_t count = recv(descriptor, scratch + before, SCRATCH, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return drop(descriptor);
    free(connection->rest);
    connection->rest = NULL;
    connection->rest_count = 0;
    if (!handle(descriptor, connection, before + count)) return drop(descriptor);
    if (count < SCRATCH && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return;
  }
}

int main(int count, char **arguments) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  connections = calloc(descriptor_limit(), sizeof *connections);
  int listener = bound(SOCK_STREAM, count > 1 ? atoi(arguments[1]) : 0);
  watch(epoll, listener, LISTENER);
  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < ready; index++) {
      if (events[index].data.fd != LISTENER) {
        serve(events[index].data.fd, events[index].events);
        continue;
      }
      for (int descriptor; (descriptor = accepted(listener)) >= 0;) watch(epoll, descriptor, descriptor);
    }
  }
}
