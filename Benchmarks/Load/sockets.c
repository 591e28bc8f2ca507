#include "load.h"

struct sockaddr_in server_address(void) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(options.port),
    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int connected(uint32_t source) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in address = server_address();
  if (descriptor < 0) fail("socket");
  if (source != 0) {
    // The port is then picked when connecting, by all four numbers, so that many fit.
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 + source)};
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(descriptor, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  }
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  return descriptor;
}

void reset_close(int descriptor) {
  struct linger linger = {1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(descriptor);
}

void watch(int epoll, int descriptor, uint32_t events, uint64_t mark) {
  struct epoll_event event = {.events = events, .data.u64 = mark};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
}
