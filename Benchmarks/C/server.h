// What the servers in C share: a listening socket, and loud failure.
#ifndef SERVER_H
#define SERVER_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SCRATCH = 65536, EVENTS = 512, LISTENER = -1 };

static void die(const char *what) {
  perror(what);
  exit(1);
}

// Binds to a port of 127.0.0.1 (0: any), and prints it as `port N` on a line.
static inline int bound(int type, int port) {
  int descriptor = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(descriptor, (struct sockaddr *)&address, length) < 0) die("bind");
  if (type == SOCK_STREAM && listen(descriptor, 1024) < 0) die("listen");
  getsockname(descriptor, (struct sockaddr *)&address, &length);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return descriptor;
}

static inline void watch(int epoll, int descriptor, int mark) {
  struct epoll_event event = {
    .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = mark};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) die("epoll_ctl");
}

// The most descriptors that the process may have, raised as far as allowed.
static inline int descriptor_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur < 1 << 20 ? (int)limit.rlim_cur : 1 << 20;
}

// Accepts one connection, ready for the loop; -1 when nobody waits.
static inline int accepted(int listener) {
  int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
  if (descriptor >= 0) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return descriptor;
}
#endif
