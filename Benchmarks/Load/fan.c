// Fan-out: `senders` of `connections` members speak, and everybody else hears each text.
//
// Closed loop: each sender may be `window` texts ahead of what all members have received on average.
// Open loop: texts are due at fixed times. In the end every text must have reached everybody, once;
// while warming up, and always in an open loop, the order of each speaker's texts is looked at, too.
#include "fan.h"

enum { BUFFER = 1 << 18 };
static struct member *members;
static char buffer[BUFFER + 1024];
static uint64_t delivered, said;
static bool is_thorough = true;
static size_t out_size;

static void flush(struct member *member) {
  while (member->out_start < member->out_end) {
    ssize_t count = send(member->voice, member->out + member->out_start,
      member->out_end - member->out_start, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) fail("send");
    member->out_start += count;
  }
  member->out_start = member->out_end = 0;
}

// Room for `count` more texts behind what is not sent yet.
static void make_room(struct member *member, uint64_t count) {
  memmove(member->out, member->out + member->out_start, member->out_end - member->out_start);
  member->out_end -= member->out_start;
  member->out_start = 0;
  if (member->out_end + count * (options.size + 32) > out_size) fail("the server does not keep up");
}

static void say(struct member *member, uint64_t count, uint64_t time) {
  make_room(member, count);
  for (uint64_t index = 0; index < count; index++)
    member->out_end += speak(member, member->out + member->out_end, time);
  said += count;
  flush(member);
}

static void hear(struct member *member) {
  memcpy(buffer, member->rest, member->rest_count);
  ssize_t count = recv(member->descriptor, buffer + member->rest_count, BUFFER, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) fail("the server closed the connection of member %d", member->number);
  delivered += listen_to(member, buffer, member->rest_count + count, is_thorough);
}

static int wait_for_events(int epoll, int milliseconds) {
  struct epoll_event events[512];
  int ready = epoll_wait(epoll, events, 512, milliseconds);
  for (int index = 0; index < ready; index++) {
    struct member *member = &members[events[index].data.u64];
    if (events[index].events & EPOLLIN) hear(member);
    if (events[index].events & EPOLLOUT) flush(member);
  }
  return ready;
}

// Throws away what members were told while the others came.
static void settle(int epoll, int milliseconds) {
  struct epoll_event events[512];
  for (int ready; (ready = epoll_wait(epoll, events, 512, milliseconds)) > 0;)
    for (int index = 0; index < ready; index++)
      if (recv(members[events[index].data.u64].descriptor, buffer, BUFFER, 0) == 0)
        fail("the server closed the connection of member %d", (int)events[index].data.u64);
}

// How many hear a text: in ours and most others' rooms, everybody else.
static uint64_t audience(void) { return options.connections - !hears_itself(options.forms[0]); }

static void top_up(uint64_t said_each[]) {
  uint64_t others = audience(), step = options.window / 4 > 0 ? options.window / 4 : 1;
  uint64_t allowed = options.window + delivered / others / options.senders;
  for (int index = 0; index < options.senders; index++)
    if (said_each[index] + step <= allowed) {
      say(&members[index], allowed - said_each[index], now());
      said_each[index] = allowed;
    }
}

static void say_due(uint64_t start) {
  for (uint64_t due = (now() - start) * options.rate / 1e9; said < due;)
    say(&members[said % options.senders], 1, start + (uint64_t)((said + 1) * 1e9 / options.rate));
}

int run_fan(void) {
  int epoll = epoll_create1(0), kinds = strlen(options.forms);
  if (options.senders > SPEAKERS || options.size < STAMP + DIGITS + 2) fail("too many senders, or too small");
  members = calloc(options.connections, sizeof *members);
  uint64_t *said_each = calloc(options.senders, sizeof *said_each);
  out_size = (size_t)(options.window + 1024) * 2 * (options.size + 32);
  for (int index = 0; index < options.connections; index++) {
    enter(&members[index], index, options.forms[index % kinds]);
    watch(epoll, members[index].descriptor, EPOLLIN, index);
    // Some servers wait for those who do not read who else has come.
    if (index % 32 == 31) settle(epoll, 0);
  }
  // When many come at once ours says a second later, for each kind of line, how many its log left out: that
  // is no message's cost, but some allocations.
  settle(epoll, options.mallocs ? 2500 : 200);
  for (int index = 0; index < options.senders; index++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = index};
    members[index].out = malloc(out_size);
    epoll_ctl(epoll, EPOLL_CTL_MOD, members[index].descriptor, &event);
    watch(epoll, dup(members[index].voice), EPOLLOUT | EPOLLET, index);
  }
  uint64_t start = now(), warm = start + options.warm * 1e9, end = warm + options.seconds * 1e9;
  uint64_t delivered_before = 0;
  struct measurement measurement = {0};
  // The first fifth of a fixed number is not measured: until then buffers still grow.
  uint64_t first = options.count / 5;
  if (options.count > 0) warm = end = UINT64_MAX;
  for (uint64_t time = start; time < end; time = now()) {
    if (options.count > 0 && delivered >= (uint64_t)options.count) break;
    if (measurement.began == 0 && (time >= warm || (first > 0 && delivered >= first))) {
      begin(&measurement);
      delivered_before = delivered;
      is_thorough = options.rate > 0 || options.count > 0;
    }
    if (options.rate > 0) say_due(start);
    else top_up(said_each);
    int ready = wait_for_events(epoll, options.rate > 0 ? 0 : 5000);
    if (ready == 0 && options.rate == 0) fail("nothing came for a long time");
  }
  measurement.operations = delivered - delivered_before;
  report(&measurement, "");
  // Nothing may be missing and nothing may come twice. The slow are waited for while anything comes.
  uint64_t expected = said * audience();
  while (delivered < expected && wait_for_events(epoll, 5000) > 0) {}
  for (int index = 0; index < options.connections; index++) {
    uint64_t others = said - (hears_itself(members[index].form) ? 0 : members[index].said);
    if (members[index].received != others)
      fail("member %d received %lu texts instead of %lu", index, (unsigned long)members[index].received,
        (unsigned long)others);
  }
  for (int index = 0; index < options.connections; index++) reset_close(members[index].descriptor);
  return 0;
}
