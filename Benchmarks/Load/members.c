#include "fan.h"

#include <poll.h>

static void put(char *place, uint64_t number, int bytes) {
  for (int index = 0; index < bytes; index++) place[index] = number >> 8 * (bytes - 1 - index);
}

static uint64_t get(const char *place, int bytes) {
  uint64_t number = 0;
  for (int index = 0; index < bytes; index++) number = number << 8 | (uint8_t)place[index];
  return number;
}

static size_t text_size(void) { return options.size - 1; }

// In front of each text: what its framing says.
static size_t begin_message(struct member *member, char *place, size_t size) {
  switch (member->form) {
    case 'd': return sprintf(place, "%10zu", size);
    case 'u': return put(place, size, 2), 2;
    case 'n':
      put(place, 14 + size, 4);
      place[4] = 5;
      put(place + 5, member->said + 1, 8);
      put(place + 13, member->room, 4);
      place[17] = 0;
      return 18;
    default: return is_foreign(member->form) ? begin_foreign(place) : 0;
  }
}

size_t speak(struct member *member, char *place, uint64_t time) {
  size_t header = begin_message(member, place, text_size());
  char *text = place + header;
  for (int index = 0; index < STAMP; index++)
    text[index] = "0123456789abcdef"[time >> 4 * (STAMP - 1 - index) & 15];
  char *next = text + STAMP;
  *next++ = '0' + member->number;
  for (int digit = DIGITS - 1; digit >= 0; digit--) *next++ = '0' + (member->said >> 6 * digit & 63);
  member->said++;
  memset(next, 'x', text_size() - (next - text));
  if (member->form == 'l') text[text_size()] = '\n', header++;
  if (is_foreign(member->form)) header += end_foreign(text + text_size());
  return header + text_size();
}

void hear_stamp(const char *text) {
  uint64_t time = 0;
  for (int index = 0; index < STAMP; index++) {
    int digit = text[index] <= '9' ? text[index] - '0' : text[index] - 'a' + 10;
    if (digit < 0 || digit > 15) fail("a text does not begin with its time: %.40s", text);
    time = time << 4 | digit;
  }
  uint64_t heard = now();
  record(heard > time ? heard - time : 0);
}

// Whether the text is one that this member may hear now.
static void check(struct member *member, const char *text, bool is_thorough) {
  unsigned author = text[STAMP] - '0', number = 0;
  for (int digit = 1; digit <= DIGITS; digit++) number = number << 6 | (text[STAMP + digit] - '0');
  if (author >= SPEAKERS || author == (unsigned)member->number)
    fail("member %d hears %.40s", member->number, text);
  uint32_t next = member->next[author];
  if (is_thorough ? number != next : number < next)
    fail("member %d hears text %u of speaker %u where %u is next", member->number, number, author, next);
  member->next[author] = number + 1;
}

static void hear(struct member *member, const char *text, bool is_thorough) {
  check(member, text, is_thorough);
  hear_stamp(text);
}

// Lines and dec10 frames all have one length, so they need not be taken apart to be counted.
static uint64_t count_fixed(
    struct member *member, const char *bytes, size_t count, size_t *taken, bool is_thorough) {
  size_t header = options.is_chat ? strlen("u00000: ") : 0;
  size_t length = header + text_size() + (member->form == 'd' ? 10 : options.is_chat ? 2 : 1);
  uint64_t messages = count / length;
  *taken = messages * length;
  if (messages == 0) return 0;
  const char *text = bytes + header + (member->form == 'd' ? 10 : 0);
  hear(member, text, is_thorough);
  for (uint64_t index = 1; is_thorough && index < messages; index++)
    hear(member, text + index * length, true);
  if (!is_thorough && messages > 1) check(member, text + (messages - 1) * length, false);
  if (member->form == 'l' ? bytes[*taken - 1] != '\n' : bytes[*taken - length] != ' ')
    fail("a message is not where it should be: %.80s", bytes + *taken - length);
  return messages;
}

static uint64_t count_framed(
    struct member *member, const char *bytes, size_t count, size_t *taken, bool is_thorough) {
  size_t header = member->form == 'n' ? 4 : 2, place = 0;
  uint64_t messages = 0;
  const char *last = NULL;
  while (count - place >= header) {
    size_t length = get(bytes + place, header);
    if (length > 65536) fail("a frame of %zu bytes", length);
    if (count - place < header + length) break;
    place += header + length;
    // Of a native server's frames only events are texts; to those who speak it also says "accepted".
    if (member->form == 'n' && bytes[place - length] != 11) continue;
    if (length < text_size()) continue;
    last = bytes + place - text_size();
    if (messages++ == 0 || is_thorough) hear(member, last, is_thorough);
  }
  if (!is_thorough && messages > 1) check(member, last, false);
  *taken = place;
  return messages;
}

uint64_t listen_to(struct member *member, char *bytes, size_t count, bool is_thorough) {
  size_t taken;
  bool is_fixed = member->form == 'l' || member->form == 'd';
  uint64_t messages = is_foreign(member->form) ? count_foreign(member, bytes, count, text_size(), &taken)
    : (is_fixed ? count_fixed : count_framed)(member, bytes, count, &taken, is_thorough);
  member->rest_count = count - taken;
  if (member->rest_count > sizeof member->rest) fail("an unfinished message of %zu bytes", count - taken);
  memcpy(member->rest, bytes + taken, member->rest_count);
  member->received += messages;
  return messages;
}

static size_t greeting(struct member *member, char *place) {
  char nick[16];
  sprintf(nick, "u%05d", member->number);
  switch (member->form) {
    case 'l': return sprintf(place, "/nick %s\n", nick);
    case 'd': return sprintf(place, "%10d/nick %s", 12, nick);
    case 'u': {
      int count = sprintf(place + 2, "[2026-01-01T00:00:00] %s:\n\t<JOINS THE CHAT>", nick);
      put(place, count, 2);
      return 2 + count;
    }
    case 'n':
      memcpy(place, "PLY1\0\1\0\0", 8);
      put(place + 8, 13, 4);
      memcpy(place + 12, "\1\1\0\6u00000\0\0\0", 13);
      memcpy(place + 16, nick, 6);
      return 25;
    default: fail("there is no form '%c'", member->form);
  }
}

// The room's number is in the welcome's third field.
static uint32_t room_of(const char *bytes, size_t count) {
  if (count < 5 || bytes[4] != 3) fail("no welcome");
  for (size_t place = 5; place + 3 <= count; place += 3 + get(bytes + place + 1, 2))
    if (bytes[place] == 3) return get(bytes + place + 3, 4);
  fail("a welcome without a room");
}

void enter(struct member *member, int number, char form) {
  *member = (struct member){.descriptor = connected(0), .number = number, .form = form};
  member->voice = member->descriptor;
  if (is_foreign(form)) return enter_foreign(member, text_size());
  if (!options.is_chat) return;
  char bytes[65536];
  size_t count = greeting(member, bytes);
  if (send(member->descriptor, bytes, count, 0) != (ssize_t)count) fail("send");
  // Behind the u16 door nobody is told that they are in.
  if (form == 'u') return;
  struct pollfd readable = {member->descriptor, POLLIN, 0};
  if (poll(&readable, 1, 2000) != 1) fail("member %d is not welcome", number);
  ssize_t got = recv(member->descriptor, bytes, sizeof bytes, 0);
  if (got <= 0) fail("member %d is not welcome", number);
  if (form == 'n') member->room = room_of(bytes, got);
}
