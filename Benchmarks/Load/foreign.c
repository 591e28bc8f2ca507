// Members of other servers' rooms: how they enter, and what stands around each text.
//
// In one run all are of one form: b ncat --broker, c ncat --chat, i IRC, m MQTT, r redis, t nats.
#include "fan.h"

#include <poll.h>

static char ahead[64];      // what a speaker says before each text
static size_t ahead_size;
static const char *behind;  // and after it
static size_t heard_ahead, heard_behind;
static char first;          // how a message with a text begins

bool is_foreign(char form) { return strchr("bcimrt", form) != NULL; }

bool hears_itself(char form) { return form == 'r'; }

static void ask(struct member *member, const char *bytes, size_t count, const char *answer) {
  static char heard[65536];
  size_t kept = 0, size = strlen(answer);
  if (send(member->descriptor, bytes, count, 0) != (ssize_t)count) fail("send");
  for (;;) {
    struct pollfd readable = {member->descriptor, POLLIN, 0};
    if (poll(&readable, 1, 5000) != 1) fail("member %d is not welcome", member->number);
    ssize_t got = recv(member->descriptor, heard + kept, sizeof heard - kept, 0);
    if (got <= 0) fail("member %d is not welcome: %.80s", member->number, heard);
    if (memmem(heard, kept + got, answer, size)) return;
    // The answer may have come in two pieces.
    size_t all = kept + got;
    kept = all < 16 ? all : 16;
    memmove(heard, heard + all - kept, kept);
  }
}

static void surround(char begins, size_t said_ahead, const char *said_behind, size_t ahead_count,
    size_t behind_count) {
  first = begins;
  ahead_size = said_ahead;
  behind = said_behind;
  heard_ahead = ahead_count;
  heard_behind = behind_count;
}

// Who subscribes may not publish, except in RESP3, whose headers redis makes anew for each delivery.
static void enter_redis(struct member *member, size_t text) {
  char digits[16];
  static const char hello[] = "SUBSCRIBE r\r\n", quiet[] = "CLIENT REPLY OFF\r\n";
  ask(member, hello, strlen(hello), "subscribe");
  if (member->number < options.senders && !strcmp(options.mode, "fan")) {
    member->voice = connected(0);
    if (send(member->voice, quiet, strlen(quiet), 0) != (ssize_t)strlen(quiet)) fail("send");
  }
  surround('*', sprintf(ahead, "*3\r\n$7\r\nPUBLISH\r\n$1\r\nr\r\n$%zu\r\n", text), "\r\n",
    strlen("*3\r\n$7\r\nmessage\r\n$1\r\nr\r\n$\r\n") + sprintf(digits, "%zu", text), 2);
}

static void enter_nats(struct member *member, size_t text) {
  char digits[16];
  static const char hello[] =
    "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false,\"protocol\":1}\r\nSUB r 1\r\nPING\r\n";
  ask(member, hello, strlen(hello), "PONG");
  surround('M', sprintf(ahead, "PUB r %zu\r\n", text), "\r\n",
    strlen("MSG r 1 \r\n") + sprintf(digits, "%zu", text), 2);
}

static void enter_irc(struct member *member) {
  char hello[96];
  int count = sprintf(hello, "NICK u%05d\r\nUSER u%05d 0 * :u\r\nJOIN #r\r\n", member->number, member->number);
  ask(member, hello, count, " 366 ");
  surround(':', sprintf(ahead, "PRIVMSG #r :"), "\r\n",
    strlen(":u00000!~u00000@127.0.0.1 PRIVMSG #r :"), 2);
}

// Version 5, which has a subscription without one's own messages, at most once.
static void enter_mqtt(struct member *member, size_t text) {
  static const char hello[] = "\x10\x0d\0\4MQTT\5\2\0\0\0\0\0" "\x82\x07\0\1\0\0\1r\4";
  if (text > 100) fail("MQTT texts have at most 100 bytes here");
  ask(member, hello, sizeof hello - 1, "\x90\x04");
  memcpy(ahead, "\x30\0\0\1r\0", 6);
  ahead[1] = 4 + text;
  surround('\x30', 6, "", 6, 0);
}

void enter_foreign(struct member *member, size_t text) {
  switch (member->form) {
    case 'r': return enter_redis(member, text);
    case 't': return enter_nats(member, text);
    case 'i': return enter_irc(member);
    case 'm': return enter_mqtt(member, text);
    default:
      // ncat lets ten wait to be accepted, the next tries again after a second; and chatting it tells all.
      usleep(2000 + (member->form == 'c' ? 8 * member->number : 0));
      surround(0, 0, "\n", 0, 1);
  }
}

size_t begin_foreign(char *place) {
  memcpy(place, ahead, ahead_size);
  return ahead_size;
}

size_t end_foreign(char *place) {
  size_t count = strlen(behind);
  memcpy(place, behind, count);
  return count;
}

// Chatting ncat says who speaks before each piece that it read, and both cut where a read ended.
static uint64_t count_lines(const char *bytes, size_t count, size_t text, size_t *taken) {
  uint64_t messages = 0;
  const char *start = bytes, *line_end;
  for (; (line_end = memchr(start, '\n', bytes + count - start)); start = line_end + 1) {
    if ((messages++ == 0 || options.rate > 0) && line_end - start >= (ssize_t)text) hear_stamp(line_end - text);
  }
  *taken = start - bytes;
  return messages;
}

uint64_t count_foreign(struct member *member, const char *bytes, size_t count, size_t text, size_t *taken) {
  if (!first) return count_lines(bytes, count, text, taken);
  uint64_t messages = 0;
  size_t length = heard_ahead + text + heard_behind, place = 0;
  while (place < count) {
    if (bytes[place] == first) {
      if (count - place < length) break;
      if (bytes[place + length - 1] != (heard_behind ? '\n' : 'x'))
        fail("a message of member %d does not end where it should: %.80s", member->number, bytes + place);
      if (messages++ == 0 || options.rate > 0) hear_stamp(bytes + place + heard_ahead);
      place += length;
    } else {
      // It asks whether we are still there.
      const char *line_end = memchr(bytes + place, '\n', count - place);
      if (!line_end) break;
      place = line_end + 1 - bytes;
    }
  }
  *taken = place;
  return messages;
}
