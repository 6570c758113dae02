// What a sandbox does to a program, timed from inside: calls that are let through, calls that are refused, and no calls at all.
// Prints one JSON object, times in nanoseconds. Static, for an image that holds nothing else; `refused` as its argument adds the
// refused calls, which would be let through outside of a sandbox of ours.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 41, CALLS = 4000, OPENS = 1000, REFUSALS = 4000, SPIN_ROUNDS = 768, SPIN_WORDS = 1 << 18 };

static int zero;

static void check(int is_fine, const char *what) {
    if (is_fine) return;
    fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
    exit(1);
}

// Without a system call: this clock's comes from the vDSO.
static int64_t now(void) {
    struct timespec time;
    check(clock_gettime(CLOCK_MONOTONIC, &time) == 0, "the monotonic clock");
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

// The time on a processor so far; the clocks of it are system calls, which no sandbox has to let through.
static int64_t processor_time(void) {
    char text[64] = "";
    int file = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
    check(file >= 0 && read(file, text, sizeof text - 1) > 0, "/proc/self/schedstat");
    close(file);
    return strtoll(text, NULL, 10);
}

static int by_size(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

static void call_getppid(void) { syscall(SYS_getppid); }

static void call_read(void) {
    char byte;
    check(read(zero, &byte, 1) == 1, "read");
}

static void call_stat(void) {
    struct stat status;
    check(fstatat(AT_FDCWD, "/tmp", &status, 0) == 0, "stat");
}

static void call_prlimit(void) {
    struct rlimit limit;
    check(prlimit(0, RLIMIT_NOFILE, NULL, &limit) == 0, "prlimit64");
}

static void call_open(void) {
    int file = open("/tmp/file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    check(file >= 0, "open");
    close(file);
}

// The median over batches of what one call takes.
static void measure(const char *name, void (*call)(void), int calls) {
    int64_t times[BATCHES];
    for (int batch = 0; batch < BATCHES; batch++) {
        int64_t began = now();
        for (int i = 0; i < calls; i++) call();
        times[batch] = now() - began;
    }
    qsort(times, BATCHES, sizeof *times, by_size);
    printf("\"%s\": %.2f, ", name, (double)times[BATCHES / 2] / calls);
}

// One by one: what matters is how often the answer is late.
static void measure_refused(void) {
    static int64_t times[REFUSALS];
    for (int i = 0; i < REFUSALS; i++) {
        int64_t began = now();
        long result = syscall(SYS_inotify_init1, 0);
        times[i] = now() - began;
        check(result < 0 && errno == EPERM, "a call that had to be refused");
    }
    qsort(times, REFUSALS, sizeof *times, by_size);
    printf("\"refused_p50\": %lld, ", (long long)times[REFUSALS / 2]);
    printf("\"refused_p99\": %lld, ", (long long)times[REFUSALS * 99 / 100]);
}

// Memory and arithmetic, with every page touched anew in the first round.
static void measure_spin(void) {
    int64_t wall = now(), cpu = processor_time();
    uint64_t *words = malloc(SPIN_WORDS * sizeof *words), state = 88172645463325252u;
    check(words != NULL, "malloc");
    memset(words, 1, SPIN_WORDS * sizeof *words);
    for (int round = 0; round < SPIN_ROUNDS; round++) {
        for (int i = 0; i < SPIN_WORDS; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            words[state % SPIN_WORDS] += state;
        }
    }
    printf("\"spin_cpu\": %lld, ", (long long)(processor_time() - cpu));
    printf("\"spin_wall\": %lld, ", (long long)(now() - wall));
    printf("\"spin_sum\": %llu}\n", (unsigned long long)words[state % SPIN_WORDS]);
}

int main(int count, char **arguments) {
    check((zero = open("/dev/zero", O_RDONLY | O_CLOEXEC)) >= 0, "/dev/zero");
    printf("{");
    measure("getppid", call_getppid, CALLS);
    measure("read", call_read, CALLS);
    measure("stat", call_stat, CALLS);
    measure("prlimit64", call_prlimit, CALLS);
    measure("open", call_open, OPENS);
    if (count > 1 && strcmp(arguments[1], "refused") == 0) measure_refused();
    measure_spin();
    return 0;
}
