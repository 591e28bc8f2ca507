// UDP echo in C: as many datagrams a system call as there are.
//
// Only arrivals are watched: each datagram that leaves is an edge of EPOLLOUT, and would wake the
// server once more. A batch that was not full has emptied the socket. Only what a datagram changed is
// set up again.
#include "server.h"

enum { BATCH = 64, SIZE = 2048 };

int main(int count, char **arguments) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int descriptor = bound(SOCK_DGRAM, count > 1 ? atoi(arguments[1]) : 0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) die("epoll_ctl");
  static char bytes[BATCH][SIZE];
  static struct sockaddr_in peers[BATCH];
  static struct iovec pieces[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int index = 0; index < BATCH; index++) {
    pieces[index] = (struct iovec){bytes[index], SIZE};
    messages[index].msg_hdr = (struct msghdr){.msg_name = &peers[index],
      .msg_namelen = sizeof peers[index], .msg_iov = &pieces[index], .msg_iovlen = 1};
  }
  for (;;) {
    epoll_wait(epoll, &event, 1, -1);
    for (int received = BATCH; received == BATCH;) {
      received = recvmmsg(descriptor, messages, BATCH, 0, NULL);
      for (int index = 0; index < received; index++) pieces[index].iov_len = messages[index].msg_len;
      for (int sent = 0; sent < received;) {
        int some = sendmmsg(descriptor, messages + sent, received - sent, 0);
        if (some <= 0) break;
        sent += some;
      }
      for (int index = 0; index < received; index++) {
        pieces[index].iov_len = SIZE;
        messages[index].msg_hdr.msg_namelen = sizeof peers[index];
      }
    }
  }
}
