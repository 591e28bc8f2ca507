// Receives datagrams one by one, with the buffer that sockets have, and says how many when it is ended.
#include "server.h"
#include <fcntl.h>

static volatile sig_atomic_t is_over;

static void end(int signal) {
  (void)signal;
  is_over = 1;
}

int main(int count, char **arguments) {
  int descriptor = bound(SOCK_DGRAM, count > 1 ? atoi(arguments[1]) : 0);
  // Blocking, and not called again after the signal.
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) < 0) die("fcntl");
  struct sigaction action = {.sa_handler = end};
  if (sigaction(SIGTERM, &action, NULL) < 0) die("sigaction");
  static char bytes[2048];
  struct sockaddr_in peer;
  long received = 0;
  while (!is_over) {
    socklen_t length = sizeof peer;
    if (recvfrom(descriptor, bytes, sizeof bytes, 0, (struct sockaddr *)&peer, &length) >= 0)
      received++;
    else if (errno != EINTR)
      die("recvfrom");
  }
  printf("received %ld\n", received);
}
