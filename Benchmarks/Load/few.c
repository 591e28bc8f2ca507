// The short ones: connecting, resting, datagrams, starting.
#include "fan.h"

#include <poll.h>

// A connection with nothing done to it that costs the generator time: it does not block where told so.
static int dialled(uint32_t source) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in address = server_address();
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 + source)};
  if (descriptor < 0) fail("socket");
  // The port is then picked when connecting, by all four numbers, so that many fit.
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind(descriptor, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  return descriptor;
}

// Connect, one byte there and back, reset: so each connection was accepted and served.
int run_connect(void) {
  int epoll = epoll_create1(0);
  int *descriptors = calloc(options.connections, sizeof *descriptors);
  uint64_t *began = calloc(options.connections, sizeof *began);
  uint32_t source = 1;
  for (int index = 0; index < options.connections; index++) descriptors[index] = -1;
  uint64_t warm = now() + options.warm * 1e9, end = warm + options.seconds * 1e9;
  struct measurement measurement = {0};
  struct epoll_event events[512];
  for (uint64_t time = now(); time < end; time = now()) {
    if (measurement.began == 0 && time >= warm) begin(&measurement);
    for (int index = 0; index < options.connections; index++) {
      if (descriptors[index] >= 0) continue;
      began[index] = now();
      source = source % 0xfffffe + 1;
      descriptors[index] = dialled(source);
      watch(epoll, descriptors[index], EPOLLIN, index);
      if (send(descriptors[index], "x", 1, 0) != 1) fail("send");
    }
    int ready = epoll_wait(epoll, events, 512, 1000);
    if (ready == 0) fail("nothing came back for a second");
    for (int index = 0; index < ready; index++) {
      int which = events[index].data.u64;
      char byte;
      if (recv(descriptors[which], &byte, 1, 0) != 1) fail("recv");
      reset_close(descriptors[which]);
      descriptors[which] = -1;
      record(now() - began[which]);
      measurement.operations++;
    }
  }
  report(&measurement, "");
  return 0;
}

static void send_all(int descriptor, const void *bytes, size_t count) {
  if (send(descriptor, bytes, count, 0) != (ssize_t)count) fail("send");
}

// One connection that has done something: echoed a message, or entered one of many rooms.
static int settled(int number) {
  if (is_foreign(options.forms[0])) {
    struct member member;
    enter(&member, number, options.forms[0]);
    return member.descriptor;
  }
  int descriptor = connected(1 + number / 20000);
  struct pollfd readable = {descriptor, POLLIN, 0};
  char bytes[4096];
  if (options.is_chat) {
    // The native door: preface, then a hello that names the room; the welcome is the answer.
    char nick[16], room[16], hello[80];
    int nick_count = sprintf(nick, "u%05d", number), room_count = sprintf(room, "r%03d", number / 100);
    int count = 2 + 2 + nick_count + 2 + room_count + 1;
    memcpy(hello, "PLY1\0\1\0\0\0\0\0", 11);
    hello[11] = count;
    hello[12] = 1, hello[13] = 1, hello[14] = 0, hello[15] = nick_count;
    memcpy(hello + 16, nick, nick_count);
    char *rest = hello + 16 + nick_count;
    rest[0] = 0, rest[1] = room_count;
    memcpy(rest + 2, room, room_count);
    rest[2 + room_count] = 0;
    send_all(descriptor, hello, 12 + count);
  } else {
    memset(bytes, 'x', options.size);
    send_all(descriptor, bytes, options.size);
  }
  if (poll(&readable, 1, 2000) != 1 || recv(descriptor, bytes, sizeof bytes, 0) <= 0)
    fail("connection %d got no answer", number);
  return descriptor;
}

// How much memory the server takes for connections that do nothing.
int run_idle(void) {
  int *descriptors = calloc(options.connections, sizeof *descriptors);
  // A few first, so that what is allocated once is not counted.
  int first = options.connections / 10 < 100 ? options.connections / 10 : 100;
  for (int index = 0; index < first; index++) descriptors[index] = settled(index);
  usleep(options.warm * 1e6);
  long before = server_resident();
  for (int index = first; index < options.connections; index++) descriptors[index] = settled(index);
  usleep(options.warm * 1e6);
  long after = server_resident();
  printf("{\"bytes\": %.1f, \"base\": %ld}\n", (after - before) / (double)(options.connections - first), before);
  for (int index = 0; index < options.connections; index++) reset_close(descriptors[index]);
  return 0;
}

// Datagrams: `depth` under way on each socket; what got lost is sent again after 50 ms of silence.
int run_udp(void) {
  int epoll = epoll_create1(0);
  int *descriptors = calloc(options.connections, sizeof *descriptors);
  char message[65536], got[65536];
  memset(message, 'x', sizeof message);
  struct sockaddr_in address = server_address();
  for (int index = 0; index < options.connections; index++) {
    descriptors[index] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (connect(descriptors[index], (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    watch(epoll, descriptors[index], EPOLLIN, index);
    for (int count = 0; count < options.depth; count++) send(descriptors[index], message, options.size, 0);
  }
  uint64_t warm = now() + options.warm * 1e9, end = warm + options.seconds * 1e9, lost = 0;
  uint64_t first = options.count / 5, all = options.count - first;
  if (options.count > 0) warm = end = UINT64_MAX;
  struct measurement measurement = {0};
  struct epoll_event events[64];
  for (uint64_t time = now(); time < end; time = now()) {
    if (options.count > 0 && measurement.began != 0 && measurement.operations >= all) break;
    if (measurement.began == 0 && (time >= warm || (first > 0 && measurement.operations >= first)))
      begin(&measurement);
    int ready = epoll_wait(epoll, events, 64, 50);
    for (int index = 0; ready == 0 && index < options.connections; index++, lost++)
      send(descriptors[index], message, options.size, 0);
    for (int index = 0; index < ready; index++) {
      int which = events[index].data.u64;
      while (recv(descriptors[which], got, sizeof got, 0) == options.size) {
        measurement.operations++;
        send(descriptors[which], message, options.size, 0);
      }
    }
  }
  char extra[64];
  snprintf(extra, sizeof extra, "\"silences\": %lu", (unsigned long)lost / options.connections);
  report(&measurement, extra);
  return 0;
}

// From fork to the first connection that is accepted: the kernel's word, so at least `listen`.
int run_start(void) {
  char port[16];
  char *arguments[32];
  int count = 0;
  // A free port: one that the kernel picked and nobody has yet.
  int probe = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(probe, (struct sockaddr *)&address, length) < 0) fail("bind");
  getsockname(probe, (struct sockaddr *)&address, &length);
  close(probe);
  snprintf(port, sizeof port, "%d", ntohs(address.sin_port));
  for (; options.command[count] && count < 30; count++) {
    char *word = options.command[count], *place = strstr(word, "PORT");
    if (place && asprintf(&word, "%.*s%s", (int)(place - word), word, port) < 0) fail("asprintf");
    arguments[count] = word;
  }
  arguments[count] = NULL;
  uint64_t began = now();
  pid_t child = vfork();
  if (child == 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (options.pin >= 0) {
      CPU_SET(options.pin, &cores);
      sched_setaffinity(0, sizeof cores, &cores);
    }
    int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execv(arguments[0], arguments);
    _exit(127);
  }
  uint64_t answered = 0;
  while (!answered && now() < began + 5000000000u) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) answered = now();
    close(descriptor);
  }
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  if (!answered) fail("it does not listen");
  printf("{\"rate\": %.1f, \"ms\": %.3f}\n", 1e9 / (answered - began), (answered - began) / 1e6);
  return 0;
}
