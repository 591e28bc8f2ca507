// Dialling in C: 16 connections under way, each one a byte there and back, then a reset.
//
//   c-dial PORT SECONDS   prints how many a second, and the processor time of each
#include "server.h"

#include <time.h>

enum { LANES = 16 };

static double seconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void dial(int epoll, int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (descriptor < 0) die("socket");
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
    die("connect");
  watch(epoll, descriptor, descriptor);
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: c-dial PORT SECONDS\n"), 2;
  int epoll = epoll_create1(EPOLL_CLOEXEC), port = atoi(arguments[1]);
  double start = seconds(CLOCK_MONOTONIC), busy = seconds(CLOCK_PROCESS_CPUTIME_ID);
  double end = start + atof(arguments[2]);
  long done = 0;
  bool *has_sent = calloc(descriptor_limit(), sizeof *has_sent);
  for (int lane = 0; lane < LANES; lane++) dial(epoll, port);
  struct epoll_event events[EVENTS];
  while (seconds(CLOCK_MONOTONIC) < end) {
    int ready = epoll_wait(epoll, events, EVENTS, 5000);
    if (ready <= 0) die("nothing came back");
    for (int index = 0; index < ready; index++) {
      int descriptor = events[index].data.fd;
      char byte = 'x';
      if (!has_sent[descriptor]) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0 || send(descriptor, &byte, 1, MSG_NOSIGNAL) != 1) die("connect");
        has_sent[descriptor] = true;
      }
      if (!(events[index].events & EPOLLIN)) continue;
      if (recv(descriptor, &byte, 1, 0) != 1) die("recv");
      struct linger linger = {1, 0};
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
      has_sent[descriptor] = false;
      close(descriptor);
      done++;
      dial(epoll, port);
    }
  }
  double took = seconds(CLOCK_MONOTONIC) - start;
  busy = seconds(CLOCK_PROCESS_CPUTIME_ID) - busy;
  printf("{\"rate\": %.1f, \"cpu\": %.1f, \"busy\": %.3f}\n", done / took, busy * 1e9 / done, busy / took);
  return 0;
}
