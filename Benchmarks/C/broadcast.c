// Line broadcast in C: one ring of bytes into which every line goes once, and a cursor for each member.
//
// What one member says, all others get. At the end of a turn each member gets everything new with one
// send; its own lines are ranges that it skips. A member that lags by the whole ring is dropped.
#include "server.h"

enum { RING = 1 << 22, OWN = 256 };

struct range {
  uint64_t start, end;
};

struct member {
  int descriptor;
  bool is_full;        // the socket takes no more for now
  bool may_read;       // there may be more to read
  uint64_t cursor;     // what it has been sent
  char *rest;          // an unfinished line
  uint32_t rest_count;
  uint32_t own_first, own_count;
  struct range *own;   // what it has said itself and has not skipped yet
};

static struct member *by_descriptor;
static int *members, member_count;
static char *ring;  // mapped twice, one after the other, so that every range of it is one piece
static uint64_t head;
static char scratch[2 * SCRATCH];

static void map_ring(void) {
  int file = memfd_create("ring", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, RING) < 0) die("memfd_create");
  ring = mmap(NULL, 2 * RING, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int half = 0; half < 2; half++) {
    void *place = ring + (size_t)half * RING;
    if (mmap(place, RING, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
      die("mmap");
  }
}

static void drop(int descriptor) {
  struct member *member = &by_descriptor[descriptor];
  free(member->rest);
  free(member->own);
  *member = (struct member){.descriptor = -1};
  for (int index = 0; index < member_count; index++)
    if (members[index] == descriptor) {
      members[index] = members[--member_count];
      break;
    }
  close(descriptor);
}

// Puts whole lines into the ring, and notes that this member does not get them back.
static void say(struct member *member, const char *lines, uint32_t count) {
  memcpy(ring + head % RING, lines, count);
  struct range *last = member->own_count > 0
    ? &member->own[(member->own_first + member->own_count - 1) % OWN] : NULL;
  if (last && last->end == head) {
    last->end += count;
  } else {
    if (!member->own) member->own = malloc(OWN * sizeof *member->own);
    member->own[(member->own_first + member->own_count++) % OWN] = (struct range){head, head + count};
  }
  head += count;
}

// Reads what is there; false when the member is gone.
static bool hear(int descriptor, struct member *member, uint32_t events) {
  // With no room for another own range it is not read until some have been skipped.
  while (member->own_count < OWN) {
    if (member->rest) memcpy(scratch, member->rest, member->rest_count);
    ssize_t count = recv(descriptor, scratch + member->rest_count, SCRATCH, 0);
    if (count < 0 && errno == EAGAIN) {
      member->may_read = false;
      return true;
    }
    if (count <= 0) return false;
    uint32_t total = member->rest_count + count;
    free(member->rest);
    member->rest = NULL;
    member->rest_count = 0;
    char *end = memrchr(scratch, '\n', total);
    uint32_t whole = end ? end - scratch + 1 : 0;
    if (whole > 0) say(member, scratch, whole);
    if (whole < total) {
      if (total - whole > SCRATCH) return false;
      member->rest_count = total - whole;
      member->rest = malloc(member->rest_count);
      memcpy(member->rest, scratch + whole, member->rest_count);
    }
    if (count < SCRATCH && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) {
      member->may_read = false;
      return true;
    }
  }
  return true;
}

// Sends everything new; false when the member is gone.
static bool flush(struct member *member) {
  while (member->cursor < head) {
    uint64_t end = head;
    if (member->own_count > 0) {
      struct range *own = &member->own[member->own_first];
      if (own->start <= member->cursor) {
        member->cursor = own->end;
        member->own_first = (member->own_first + 1) % OWN;
        member->own_count--;
        continue;
      }
      end = own->start;
    }
    if (head - member->cursor > RING - 2 * SCRATCH) return false;
    // Several pieces around own lines go in one call.
    struct iovec pieces[16];
    int count = 0;
    uint64_t place = member->cursor, total = 0;
    for (uint32_t own = 0; count < 16 && place < head; own++) {
      pieces[count++] = (struct iovec){ring + place % RING, end - place};
      total += end - place;
      if (own >= member->own_count) break;
      place = member->own[(member->own_first + own) % OWN].end;
      end = own + 1 < member->own_count ? member->own[(member->own_first + own + 1) % OWN].start : head;
    }
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
    ssize_t sent = count == 1
      ? send(member->descriptor, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL)
      : sendmsg(member->descriptor, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      member->is_full = true;
      return errno == EAGAIN;
    }
    if ((uint64_t)sent < total) member->is_full = true;
    for (uint64_t left = sent; left > 0;) {
      uint64_t piece = head - member->cursor;
      if (member->own_count > 0) piece = member->own[member->own_first].start - member->cursor;
      uint64_t step = left < piece ? left : piece;
      member->cursor += step;
      left -= step;
      if (step == piece && member->own_count > 0) {
        member->cursor = member->own[member->own_first].end;
        member->own_first = (member->own_first + 1) % OWN;
        member->own_count--;
      }
    }
    if (member->is_full) return true;
  }
  return true;
}

static void join(int epoll, int descriptor) {
  by_descriptor[descriptor] = (struct member){.descriptor = descriptor, .cursor = head, .may_read = true};
  members[member_count++] = descriptor;
  watch(epoll, descriptor, descriptor);
}

int main(int count, char **arguments) {
  int limit = descriptor_limit(), epoll = epoll_create1(EPOLL_CLOEXEC);
  by_descriptor = calloc(limit, sizeof *by_descriptor);
  members = calloc(limit, sizeof *members);
  map_ring();
  int listener = bound(SOCK_STREAM, count > 1 ? atoi(arguments[1]) : 0);
  watch(epoll, listener, LISTENER);
  struct epoll_event events[EVENTS];
  uint64_t flushed = 0;
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < ready; index++) {
      int descriptor = events[index].data.fd;
      if (descriptor == LISTENER) {
        while ((descriptor = accepted(listener)) >= 0) join(epoll, descriptor);
        continue;
      }
      struct member *member = &by_descriptor[descriptor];
      uint32_t what = events[index].events;
      if (what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) member->may_read = true;
      bool is_here = !member->may_read || hear(descriptor, member, what);
      if (is_here && what & EPOLLOUT && member->is_full) {
        member->is_full = false;
        is_here = flush(member);
      }
      if (!is_here) drop(descriptor);
    }
    if (flushed == head) continue;
    for (int index = 0; index < member_count; index++) {
      struct member *member = &by_descriptor[members[index]];
      if (!member->is_full && !flush(member)) drop(members[index--]);
    }
    flushed = head;
    // Who was not read for want of own ranges is read now that they are skipped.
    for (int index = 0; index < member_count; index++) {
      struct member *member = &by_descriptor[members[index]];
      if (member->may_read && member->own && !hear(members[index], member, 0)) drop(members[index--]);
    }
  }
}
