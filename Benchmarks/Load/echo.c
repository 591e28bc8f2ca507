// Echo: `depth` messages under way on each connection, as many more as have come back.
//
// The same loop serves single messages, u32 frames and a stream, whose message is a byte. In an open
// loop messages are due at fixed times whether or not earlier ones are back, and latency counts from then.
#include "load.h"

#include <poll.h>

struct connection {
  int descriptor;
  uint64_t to_send, sent, received;  // bytes
  uint64_t tag_end, tag_time;        // the message whose latency is being measured; closed loop
  uint64_t *due;                     // when each message under way was due; open loop
};

enum { CHUNK = 262144 };
static struct connection *connections;
static char *pattern;  // messages one after the other, with room to start within one
static uint64_t unit;
static char buffer[CHUNK];
static bool is_open;
static uint64_t due_count;

static void pump(struct connection *connection) {
  while (connection->sent < connection->to_send) {
    uint64_t left = connection->to_send - connection->sent;
    ssize_t count = send(connection->descriptor, pattern + connection->sent % unit,
      left < CHUNK ? left : CHUNK, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) fail("send");
    connection->sent += count;
  }
}

// The latency of what is about to be sent will be measured, from now on.
static void tag(struct connection *connection, uint64_t time) {
  connection->tag_end = connection->to_send;
  connection->tag_time = time;
}

static void take(struct connection *connection, struct measurement *measurement) {
  for (;;) {
    ssize_t count = recv(connection->descriptor, buffer, CHUNK, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) fail("the server closed the connection");
    if (connection->received + count > connection->sent) fail("more came back than was sent");
    // The whole of a short read, the ends of a long one.
    const char *expected = pattern + connection->received % unit;
    size_t checked = count < 256 ? count : 256;
    if (memcmp(buffer, expected, checked) ||
        memcmp(buffer + count - checked, pattern + (connection->received + count - checked) % unit, checked))
      fail("what came back is not what was sent");
    uint64_t before = connection->received / unit;
    connection->received += count;
    uint64_t whole = connection->received / unit - before;
    measurement->operations += whole;
    if (is_open) {
      uint64_t time = now();
      for (uint64_t index = before; index < before + whole; index++)
        record(time - connection->due[index % due_count]);
    } else {
      bool is_back = connection->received >= connection->tag_end;
      connection->to_send += whole * unit;
      if (is_back) {
        uint64_t time = now();
        record(time - connection->tag_time);
        tag(connection, time);
      }
      pump(connection);
    }
    if (count < CHUNK) return;
  }
}

// Sends what is due by now; returns how long nothing will be.
static int send_due(uint64_t start, uint64_t *done) {
  uint64_t due = (now() - start) * options.rate / 1e9;
  for (; *done < due; (*done)++) {
    struct connection *connection = &connections[*done % options.connections];
    uint64_t number = connection->to_send / unit;
    if (number - connection->received / unit >= due_count) fail("the server does not keep up");
    connection->due[number % due_count] = start + (uint64_t)((*done + 1) * 1e9 / options.rate);
    connection->to_send += unit;
    pump(connection);
  }
  return 0;
}

static int run(void) {
  int epoll = epoll_create1(0);
  connections = calloc(options.connections, sizeof *connections);
  is_open = options.rate > 0;
  due_count = 4096;
  for (int index = 0; index < options.connections; index++) {
    struct connection *connection = &connections[index];
    connection->descriptor = connected(0);
    if (is_open) connection->due = calloc(due_count, sizeof *connection->due);
    watch(epoll, connection->descriptor, EPOLLIN | EPOLLOUT | EPOLLET, index);
  }
  uint64_t start = now(), warm = start + options.warm * 1e9, end = warm + options.seconds * 1e9, done = 0;
  struct measurement measurement = {0};
  for (int index = 0; !is_open && index < options.connections; index++) {
    connections[index].to_send = options.depth * unit;
    tag(&connections[index], now());
    pump(&connections[index]);
  }
  struct epoll_event events[512];
  // The first fifth of a fixed number is not measured: until then buffers still grow.
  uint64_t first = options.count / 5, all = options.count - first;
  if (options.count > 0) warm = end = UINT64_MAX;
  for (uint64_t time = start; time < end; time = now()) {
    if (options.count > 0 && measurement.began && measurement.operations >= all) break;
    if (measurement.began == 0 && (time >= warm || (first > 0 && measurement.operations >= first)))
      begin(&measurement);
    int wait = is_open ? send_due(start, &done) : 5000;
    int ready = epoll_wait(epoll, events, 512, wait);
    if (ready == 0 && !is_open) fail("nothing came back for a long time");
    for (int index = 0; index < ready; index++) {
      struct connection *connection = &connections[events[index].data.u64];
      if (events[index].events & EPOLLOUT) pump(connection);
      if (events[index].events & ~(uint32_t)EPOLLOUT) take(connection, &measurement);
    }
  }
  report(&measurement, "");
  // What was due must come back, however late.
  for (int index = 0; is_open && index < options.connections; index++)
    while (connections[index].received < connections[index].to_send) {
      struct pollfd ready = {connections[index].descriptor, POLLIN, 0};
      if (poll(&ready, 1, 5000) != 1) fail("not everything came back");
      pump(&connections[index]);
      take(&connections[index], &measurement);
    }
  for (int index = 0; index < options.connections; index++) reset_close(connections[index].descriptor);
  return 0;
}

// Messages of `size` bytes, the first `header` of which are their length.
static int run_messages(int header) {
  unit = header + options.size;
  pattern = malloc(CHUNK + 2 * unit);
  for (uint64_t place = 0; place < CHUNK + 2 * unit; place++) {
    uint64_t within = place % unit;
    uint32_t length = options.size;
    pattern[place] = within < (uint64_t)header ? length >> (24 - 8 * within) : 'a' + within % 26;
  }
  return run();
}

int run_echo(void) { return run_messages(0); }
int run_frames(void) { return run_messages(4); }

int run_stream(void) {
  unit = 1;
  pattern = calloc(1, CHUNK + 2);
  return run();
}
