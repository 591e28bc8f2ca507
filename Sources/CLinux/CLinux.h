// What Linux has and Swift's Glibc module does not show.
//
// Header only: every wrapper is `static inline`. Wrappers of system calls return the result, or the
// negated errno, so that no Swift code reads a thread-local errno. _GNU_SOURCE is never defined here:
// with it, structures such as fd_set differ from those of the Glibc module and builds fail at random;
// what that macro would show is declared by hand.
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static inline long parley_result(long result) { return result < 0 ? -(long)errno : result; }

// Event loop

static inline int parley_epoll_create(void) { return (int)parley_result(epoll_create1(EPOLL_CLOEXEC)); }

static inline int parley_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return (int)parley_result(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
}

static inline int parley_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return (int)parley_result(epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event));
}

static inline int parley_epoll_delete(int epoll, int descriptor) {
  struct epoll_event event = {0};
  return (int)parley_result(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event));
}

static inline int parley_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds) {
  return (int)parley_result(epoll_wait(epoll, events, capacity, milliseconds));
}

static inline int parley_eventfd(void) { return (int)parley_result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

static inline uint64_t parley_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// The task that runs on this thread, null outside of any: the concurrency runtime's own function, which takes
// nothing and returns a pointer, and so is called alike from C. Only to be compared, never followed.
extern void *swift_task_getCurrent(void);

static inline void *parley_current_task(void) { return swift_task_getCurrent(); }

// Sockets

extern int accept4(int, struct sockaddr *, socklen_t *, int);

static inline int parley_socket(int family, int type, int protocol) {
  return (int)parley_result(socket(family, type, protocol));
}

static inline int parley_accept(int descriptor, void *address, socklen_t *length) {
  return (int)parley_result(accept4(descriptor, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

// Two connected stream sockets.
static inline int parley_socketpair(int descriptors[2]) {
  return (int)parley_result(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, descriptors));
}

static inline int parley_bind(int descriptor, const void *address, socklen_t length) {
  return (int)parley_result(bind(descriptor, (const struct sockaddr *)address, length));
}

static inline int parley_connect(int descriptor, const void *address, socklen_t length) {
  return (int)parley_result(connect(descriptor, (const struct sockaddr *)address, length));
}

static inline int parley_setsockopt(int descriptor, int level, int name, const void *value, socklen_t length) {
  return (int)parley_result(setsockopt(descriptor, level, name, value, length));
}

static inline int parley_getsockopt(int descriptor, int level, int name, void *value, socklen_t *length) {
  return (int)parley_result(getsockopt(descriptor, level, name, value, length));
}

static inline int parley_getsockname(int descriptor, void *address, socklen_t *length) {
  return (int)parley_result(getsockname(descriptor, (struct sockaddr *)address, length));
}

static inline int parley_getpeername(int descriptor, void *address, socklen_t *length) {
  return (int)parley_result(getpeername(descriptor, (struct sockaddr *)address, length));
}

static inline ssize_t parley_recv(int descriptor, void *bytes, size_t count, int flags) {
  return parley_result(recv(descriptor, bytes, count, flags));
}

static inline ssize_t parley_send(int descriptor, const void *bytes, size_t count, int flags) {
  return parley_result(send(descriptor, bytes, count, flags | MSG_NOSIGNAL));
}

// writev(2) on a socket, without SIGPIPE.
static inline ssize_t parley_sendv(int descriptor, const struct iovec *vectors, size_t count) {
  struct msghdr message = {.msg_iov = (struct iovec *)vectors, .msg_iovlen = count};
  return parley_result(sendmsg(descriptor, &message, MSG_NOSIGNAL));
}

static inline ssize_t parley_recvfrom(int descriptor, void *bytes, size_t count, int flags, void *address, socklen_t *length) {
  return parley_result(recvfrom(descriptor, bytes, count, flags, (struct sockaddr *)address, length));
}

static inline ssize_t parley_sendto(int descriptor, const void *bytes, size_t count, const void *address, socklen_t length) {
  return parley_result(sendto(descriptor, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)address, length));
}

// One datagram of a batch: what <sys/socket.h> calls `mmsghdr`, under _GNU_SOURCE only.
struct parley_datagram {
  struct msghdr header;
  unsigned int count;
};

struct mmsghdr;
extern int recvmmsg(int, struct mmsghdr *, unsigned int, int, struct timespec *);
extern int sendmmsg(int, struct mmsghdr *, unsigned int, int);

// How many datagrams came; each has its whole length, also when it was cut.
static inline int parley_recvmmsg(int descriptor, struct parley_datagram *datagrams, unsigned int count) {
  return (int)parley_result(recvmmsg(descriptor, (struct mmsghdr *)datagrams, count, MSG_TRUNC, NULL));
}

// How many datagrams went; the error is that of the first.
static inline int parley_sendmmsg(int descriptor, struct parley_datagram *datagrams, unsigned int count) {
  return (int)parley_result(sendmmsg(descriptor, (struct mmsghdr *)datagrams, count, MSG_NOSIGNAL));
}

// To whom a datagram went that came back, or the negated errno when there is none (EAGAIN).
static inline int parley_returned(int descriptor, void *address, socklen_t *length) {
  struct msghdr header = {.msg_name = address, .msg_namelen = *length};
  ssize_t result = recvmsg(descriptor, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
  if (result < 0) return -errno;
  *length = header.msg_namelen;
  return 0;
}

// Declared by hand: with <sys/ioctl.h> here, Swift would look for `winsize` in this module.
extern int ioctl(int, unsigned long, ...);
#define PARLEY_SIOCOUTQ 0x5411

// Bytes of a TCP socket that the peer has not acknowledged yet (SIOCOUTQ), or the negated errno.
static inline int parley_unacknowledged(int descriptor) {
  int bytes = 0;
  int result = ioctl(descriptor, PARLEY_SIOCOUTQ, &bytes);
  return result < 0 ? -errno : bytes;
}

// Processes

extern char **environ;
extern int pidfd_open(pid_t, unsigned int);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

static inline char **parley_environment(void) { return environ; }

// The program gets no descriptor from this number on, whoever has opened it.
static inline int parley_spawn_closing(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// A descriptor that is readable when the process has ended, closed on exec.
static inline int parley_pidfd_open(pid_t process) { return (int)parley_result(pidfd_open(process, 0)); }

// Files

static inline ssize_t parley_read(int descriptor, void *bytes, size_t count) {
  return parley_result(read(descriptor, bytes, count));
}

static inline ssize_t parley_write(int descriptor, const void *bytes, size_t count) {
  return parley_result(write(descriptor, bytes, count));
}

// <sys/xattr.h>, which would bring more than these into every module that imports this one.
extern ssize_t getxattr(const char *, const char *, void *, size_t);
extern int fsetxattr(int, const char *, const void *, size_t, int);
extern int fremovexattr(int, const char *);

// Memory

// Bytes of resident memory that are the process's own, and neither a file's nor shared; -1 without /proc.
static inline long parley_resident_memory(void) {
  char text[128];
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  if (count <= 0) return -1;
  text[count] = 0;
  char *next = text;
  strtol(next, &next, 10);
  long resident = strtol(next, &next, 10), shared = strtol(next, &next, 10);
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

// Bytes that were allocated and not freed.
static inline long parley_allocated_memory(void) {
  struct mallinfo2 info = mallinfo2();
  return (long)(info.uordblks + info.hblkhd);
}

// Gives the system all whole pages that nothing allocated lies in.
static inline void parley_trim_memory(void) { malloc_trim(0); }

// Signals

static inline void parley_ignore_signal(int number) { signal(number, SIG_IGN); }

static inline int parley_signalfd(const sigset_t *mask) {
  return (int)parley_result(signalfd(-1, mask, SFD_NONBLOCK | SFD_CLOEXEC));
}

// A terminal that is given back when the program dies. Restoration.swift alone may use this: each file that does has
// variables of its own.

struct parley_lent {
  int armed, input, output;
  char mode[64]; // The kernel's struct termios, which is smaller.
  char bytes[128];
  size_t count;
  struct sigaction handled[32];
};

// A variable inside a function: Swift takes no others from a header.
static inline struct parley_lent *parley_lent(void) {
  static struct parley_lent lent;
  return &lent;
}

#define PARLEY_TCGETS 0x5401
#define PARLEY_TCSETS 0x5402

// Calls nothing that a signal handler must not call, and waits for nothing.
static void parley_give_back(void) {
  struct parley_lent *lent = parley_lent();
  if (!__atomic_exchange_n(&lent->armed, 0, __ATOMIC_SEQ_CST)) return;
  int code = errno;
  struct epoll_event event;
  int epoll = parley_epoll_create();
  // A terminal that stands still would hold us up for ever.
  if (epoll >= 0 && parley_epoll_add(epoll, lent->output, EPOLLOUT, 0) == 0 &&
      parley_epoll_wait(epoll, &event, 1, 0) == 1 && event.events & EPOLLOUT) {
    ssize_t ignored = write(lent->output, lent->bytes, lent->count);
    (void)ignored;
  }
  if (epoll >= 0) close(epoll);
  ioctl(lent->input, PARLEY_TCSETS, lent->mode);
  errno = code;
}

// Whatever would have happened to the signal happens next, when the handler returns.
static void parley_die(int number) {
  parley_give_back();
  sigaction(number, &parley_lent()->handled[number], NULL);
  raise(number);
}

// Once: from now on the ends of the program that nobody has written down give a lent terminal back.
static inline void parley_watch_ends(void) {
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS, SIGQUIT, SIGHUP, SIGXCPU};
  struct sigaction action = {.sa_handler = parley_die, .sa_flags = SA_ONSTACK};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction *before = &parley_lent()->handled[numbers[i]];
    if (sigaction(numbers[i], NULL, before) == 0 && before->sa_handler != SIG_IGN) sigaction(numbers[i], &action, NULL);
  }
  extern int atexit(void (*)(void));
  atexit(parley_give_back);
}

// Remembers the mode that the terminal has now, and what to write to give it back.
static inline void parley_lend(int input, int output, const void *bytes, size_t count) {
  struct parley_lent *lent = parley_lent();
  if (count > sizeof lent->bytes || ioctl(input, PARLEY_TCGETS, lent->mode) != 0) return;
  for (size_t i = 0; i < count; i++) lent->bytes[i] = ((const char *)bytes)[i];
  lent->input = input;
  lent->output = output;
  lent->count = count;
  __atomic_store_n(&lent->armed, 1, __ATOMIC_SEQ_CST);
}

// It has been given back in order.
static inline void parley_forget_lent(void) { __atomic_store_n(&parley_lent()->armed, 0, __ATOMIC_SEQ_CST); }

#endif
