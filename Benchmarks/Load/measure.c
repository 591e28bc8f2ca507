#include "load.h"

uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + time.tv_nsec;
}

static uint64_t processor_time(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) < 0) fail("the server is gone");
  return (uint64_t)time.tv_sec * 1000000000u + time.tv_nsec;
}

uint64_t server_time(void) {
  clockid_t clock;
  if (options.pid == 0) return 0;
  if (clock_getcpuclockid(options.pid, &clock) != 0) fail("the server is gone");
  return processor_time(clock);
}

uint64_t own_time(void) { return processor_time(CLOCK_PROCESS_CPUTIME_ID); }

long server_resident(void) {
  char path[64], line[256];
  long kilobytes = -1;
  // statm lags behind by some pages a core; this counts them.
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", options.pid);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "Rss: %ld", &kilobytes) == 1) break;
  if (kilobytes < 0) fail("%s", path);
  fclose(file);
  return kilobytes * 1024;
}

uint64_t server_mallocs(void) {
  uint64_t count = 0;
  if (!options.mallocs) return 0;
  FILE *file = fopen(options.mallocs, "r");
  if (!file || fread(&count, sizeof count, 1, file) != 1) fail("%s", options.mallocs);
  fclose(file);
  return count;
}

enum { POWER = 7, PARTS = 1 << POWER };  // a bucket is at most 1/128 wide
static uint64_t buckets[64 * PARTS], recorded;

static int bucket_of(uint64_t value) {
  if (value < PARTS) return (int)value;
  int power = 63 - __builtin_clzll(value);
  return (power - POWER + 1) * PARTS + (int)((value >> (power - POWER)) & (PARTS - 1));
}

static double middle_of(int bucket) {
  if (bucket < PARTS) return bucket;
  int power = bucket / PARTS + POWER - 1;
  return ((double)(1ull << power)) * (1 + (bucket % PARTS + 0.5) / PARTS);
}

void record(uint64_t nanoseconds) {
  buckets[bucket_of(nanoseconds)]++;
  recorded++;
}

void forget_latencies(void) {
  memset(buckets, 0, sizeof buckets);
  recorded = 0;
}

double percentile(double part) {
  uint64_t seen = 0;
  for (int bucket = 0; bucket < 64 * PARTS; bucket++) {
    seen += buckets[bucket];
    if (seen > 0 && seen >= part * recorded) return middle_of(bucket);
  }
  return 0;
}

void begin(struct measurement *measurement) {
  forget_latencies();
  *measurement = (struct measurement){
    .server_began = server_time(), .own_began = own_time(), .mallocs_began = server_mallocs()};
  measurement->began = now();
}

void report(struct measurement *measurement, const char *extra) {
  uint64_t ended = now(), server = server_time() - measurement->server_began;
  double seconds = (ended - measurement->began) / 1e9, count = measurement->operations;
  double mallocs = server_mallocs() - measurement->mallocs_began;
  if (count == 0) fail("nothing came back");
  printf("{\"rate\": %.1f, \"cpu\": %.2f, \"busy\": %.3f, \"own\": %.3f, \"mallocs\": %.4f, \"p50\": %.0f, \"p99\": %.0f, "
    "\"p999\": %.0f%s%s}\n", count / seconds, server / count, server / 1e9 / seconds,
    (own_time() - measurement->own_began) / 1e9 / seconds, mallocs / count, percentile(0.5), percentile(0.99),
    percentile(0.999), *extra ? ", " : "", extra);
}
