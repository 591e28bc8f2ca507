// UDP echo in C: as many datagrams a system call as there are.
#include "server.h"

enum { BATCH = 64, SIZE = 2048 };

int main(int count, char **arguments) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int descriptor = bound(SOCK_DGRAM, count > 1 ? atoi(arguments[1]) : 0);
  watch(epoll, descriptor, descriptor);
  static char bytes[BATCH][SIZE];
  static struct sockaddr_in peers[BATCH];
  static struct iovec pieces[BATCH];
  static struct mmsghdr messages[BATCH];
  struct epoll_event event;
  for (;;) {
    epoll_wait(epoll, &event, 1, -1);
    for (int received = BATCH; received == BATCH;) {
      for (int index = 0; index < BATCH; index++) {
        pieces[index] = (struct iovec){bytes[index], SIZE};
        messages[index].msg_hdr = (struct msghdr){.msg_name = &peers[index],
          .msg_namelen = sizeof peers[index], .msg_iov = &pieces[index], .msg_iovlen = 1};
      }
      received = recvmmsg(descriptor, messages, BATCH, 0, NULL);
      for (int index = 0; index < received; index++) pieces[index].iov_len = messages[index].msg_len;
      for (int sent = 0; sent < received;) {
        int some = sendmmsg(descriptor, messages + sent, received - sent, 0);
        if (some <= 0) break;
        sent += some;
      }
    }
  }
}
