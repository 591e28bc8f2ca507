// How each kind of member of a fan-out enters, speaks and listens.
#ifndef FAN_H
#define FAN_H
#include "load.h"

enum { STAMP = 16 };  // every text begins with the time it was due, in hexadecimal

struct member {
  int descriptor, number;
  char form;          // l line, d dec10, u u16, n native
  bool is_speaking;
  uint32_t room;      // native: what the welcome called it
  uint64_t received;  // texts
  uint64_t said;
  char *out;          // what is not sent yet
  size_t out_start, out_end;
  char rest[1024];    // an unfinished message
  size_t rest_count;
};

// Connects, and in a chat enters under a name that is as long as everybody's.
void enter(struct member *member, int number, char form);

// Appends a text that was due at `time`; returns the bytes that it took.
size_t speak(struct member *member, char *place, uint64_t time);

// Counts the texts in `count` bytes and keeps an unfinished one; the first one's latency is recorded.
uint64_t listen_to(struct member *member, char *bytes, size_t count);

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
