// The load generator: one thread, epoll, pinned to a core of its own. It prints one line of JSON.
#ifndef LOAD_H
#define LOAD_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What was asked for; `name=value` arguments set the fields of the same name.
struct options {
  const char *mode;
  int port;
  int pid;           // the server, whose processor time is read; 0: none
  int core;          // where the generator runs; -1: anywhere
  int pin;           // start: where the server runs; -1: anywhere
  int connections;
  int size;          // payload bytes of a message
  int depth;         // messages under way a connection
  int senders;       // fan: how many of the connections speak
  int window;        // fan: lines a sender that not everybody has yet
  double rate;       // open loop: messages a second in all; 0: closed loop
  double seconds;    // how long is measured
  double warm;       // how long is not measured before that
  int count;         // echo, fan, udp: instead of that, so many operations; 0: by time
  const char *mallocs;  // the file where the server counts its allocations; NULL: none
  const char *forms; // fan: one letter for each kind of member, in turn
  bool is_chat;      // fan, idle: named rooms, so everybody enters first
  char **command;    // start: what to run, with a port appended
};
extern struct options options;

// Time

uint64_t now(void);
// Processor time of the measured server so far, and of this process.
uint64_t server_time(void);
uint64_t own_time(void);
long server_resident(void);
// Allocations of the server so far.
uint64_t server_mallocs(void);

// Latencies: buckets of 1/128, from a nanosecond to minutes.
void record(uint64_t nanoseconds);
void forget_latencies(void);
double percentile(double part);

// Sockets

_Noreturn void fail(const char *format, ...);
// A connection that does not block, from an address of 127.0.0.0/8 of its own when `source` is not 0.
int connected(uint32_t source);
struct sockaddr_in server_address(void);
// Closes with a reset, so that no port stays in use.
void reset_close(int descriptor);
void watch(int epoll, int descriptor, uint32_t events, uint64_t mark);

// The measured part: begins after the warm-up.

struct measurement {
  uint64_t began, operations, server_began, own_began, mallocs_began;
};
void begin(struct measurement *measurement);
// Prints the line: rate, processor time an operation, latencies, and `extra`, which may be empty.
void report(struct measurement *measurement, const char *extra);

int run_echo(void);
int run_stream(void);
int run_frames(void);
int run_fan(void);
int run_connect(void);
int run_idle(void);
int run_udp(void);
int run_start(void);
#endif
