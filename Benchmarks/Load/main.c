#include "load.h"

#include <stdarg.h>

struct options options = {.core = -1, .pin = -1, .connections = 1, .size = 64, .depth = 1, .senders = 1,
  .window = 32, .seconds = 0.3, .warm = 0.1, .forms = "l"};

_Noreturn void fail(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  fprintf(stderr, "load %s: ", options.mode);
  vfprintf(stderr, format, rest);
  fprintf(stderr, "%s%s\n", errno ? ": " : "", errno ? strerror(errno) : "");
  exit(1);
}

static void set(char *argument) {
  char *value = strchr(argument, '=');
  if (!value) fail("'%s' is not name=value", argument);
  *value++ = 0;
  struct { const char *name; int *number; double *real; } known[] = {
    {"port", &options.port, 0}, {"pid", &options.pid, 0}, {"core", &options.core, 0},
    {"pin", &options.pin, 0},
    {"connections", &options.connections, 0}, {"size", &options.size, 0},
    {"depth", &options.depth, 0}, {"senders", &options.senders, 0},
    {"window", &options.window, 0}, {"count", &options.count, 0}, {"rate", 0, &options.rate},
    {"seconds", 0, &options.seconds}, {"warm", 0, &options.warm}};
  for (size_t index = 0; index < sizeof known / sizeof *known; index++)
    if (!strcmp(known[index].name, argument)) {
      if (known[index].number) *known[index].number = atoi(value);
      else *known[index].real = atof(value);
      return;
    }
  if (!strcmp(argument, "forms")) options.forms = value;
  else if (!strcmp(argument, "mallocs")) options.mallocs = value;
  else if (!strcmp(argument, "chat")) options.is_chat = atoi(value);
  else fail("there is no option '%s'", argument);
}

int main(int count, char **arguments) {
  static const struct { const char *name; int (*run)(void); } modes[] = {
    {"echo", run_echo}, {"stream", run_stream}, {"frames", run_frames}, {"fan", run_fan},
    {"connect", run_connect}, {"idle", run_idle}, {"udp", run_udp}, {"start", run_start}};
  options.mode = count > 1 ? arguments[1] : "";
  for (int index = 2; index < count; index++) {
    if (!strcmp(arguments[index], "--")) {
      options.command = arguments + index + 1;
      break;
    }
    set(arguments[index]);
  }
  if (options.core >= 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(options.core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) < 0) fail("no core %d", options.core);
  }
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  signal(SIGPIPE, SIG_IGN);
  errno = 0;
  for (size_t index = 0; index < sizeof modes / sizeof *modes; index++)
    if (!strcmp(modes[index].name, options.mode)) return modes[index].run();
  fail("there is no such mode");
}
