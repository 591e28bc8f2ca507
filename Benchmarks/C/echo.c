// Echo in C: one thread, edge-triggered epoll, nothing registered twice, one scratch block for all.
//
// On a partial write the scratch block itself goes to the connection, and the loop takes another: no
// byte is copied, and an idle connection costs one pointer and two numbers.
#include "server.h"

struct connection {
  char *pending;
  uint32_t start, end;
};

static struct connection *connections;
static char *scratch, *spares[64];
static int spare_count;

static char *take_block(void) { return spare_count > 0 ? spares[--spare_count] : malloc(SCRATCH); }

static void give_back(char *block) {
  if (spare_count < 64) spares[spare_count++] = block;
  else free(block);
}

static void drop(int descriptor) {
  if (connections[descriptor].pending) give_back(connections[descriptor].pending);
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
  give_back(connection->pending);
  connection->pending = NULL;
  return true;
}

static void serve(int descriptor, uint32_t events) {
  struct connection *connection = &connections[descriptor];
  if (connection->pending && !flush(descriptor, connection)) {
    if (errno != EAGAIN) drop(descriptor);
    return;
  }
  for (;;) {
    ssize_t count = recv(descriptor, scratch, SCRATCH, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return drop(descriptor);
    ssize_t sent = send(descriptor, scratch, count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(descriptor);
    if (sent < 0) sent = 0;
    if (sent < count) {
      *connection = (struct connection){scratch, sent, count};
      scratch = take_block();
      return;
    }
    // A short read has emptied the socket, so there is no need to ask again.
    if (count < SCRATCH && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return;
  }
}

int main(int count, char **arguments) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  connections = calloc(descriptor_limit(), sizeof *connections);
  scratch = take_block();
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
