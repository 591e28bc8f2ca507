// How each kind of member of a fan-out enters, speaks and listens.
#ifndef FAN_H
#define FAN_H
#include "load.h"

// Every text begins with the time it was due, in hexadecimal, and says who of the speakers says it and
// how many of theirs came before it, in digits of six bits.
enum { STAMP = 16, DIGITS = 5, SPEAKERS = 8 };

struct member {
  int descriptor, number;
  int voice;          // where it speaks; the same descriptor, except with redis
  char form;          // l line, d dec10, u u16, n native
  bool is_speaking;
  uint32_t room;      // native: what the welcome called it
  uint64_t received;  // texts
  uint64_t said;
  uint32_t next[SPEAKERS];  // the number that each speaker's next text must have
  char *out;          // what is not sent yet
  size_t out_start, out_end;
  char rest[1024];    // an unfinished message
  size_t rest_count;
};

// Connects, and in a chat enters under a name that is as long as everybody's.
void enter(struct member *member, int number, char form);

// Appends a text that was due at `time`; returns the bytes that it took.
size_t speak(struct member *member, char *place, uint64_t time);

// Counts the texts in `count` bytes and keeps an unfinished one.
//
// Thorough: each text must be its speaker's next, and its latency is recorded. Otherwise, so that the
// generator is not what limits, only the first and the last of a read are looked at: they must not be
// older than what came before, and the first one's latency, the longest, is recorded. Members of other
// servers' rooms are only counted.
uint64_t listen_to(struct member *member, char *bytes, size_t count, bool is_thorough);

// Records how long ago the text was due that begins here.
void hear_stamp(const char *text);

// The forms of other servers.
bool is_foreign(char form);
bool hears_itself(char form);
void enter_foreign(struct member *member, size_t text);
size_t begin_foreign(char *place);
size_t end_foreign(char *place);
uint64_t count_foreign(struct member *member, const char *bytes, size_t count, size_t text, size_t *taken);
#endif
