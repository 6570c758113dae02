// System calls as they are: by number, with words for arguments.
#define _GNU_SOURCE
#include "prober.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "the entries of i386 and x32, which are probed here, are x86-64's"
#endif

// The memory behind arguments like #64.
static char scratch[16 << 10] __attribute__((aligned(4096)));

// In a new process the call answers 0: that process has to end where it stands, for it may share our stack.
static long raw(uint64_t number, const uint64_t *a) {
    long result;
    int makes_process = number == SYS_clone || number == SYS_fork || number == SYS_vfork || number == SYS_clone3;
    register uint64_t r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
    if (makes_process) {
        __asm__ volatile(
            "syscall\n test %%rax, %%rax\n jnz 1f\n mov $231, %%eax\n xor %%edi, %%edi\n syscall\n 1:"
            : "=a"(result) : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
            : "rcx", "r11", "memory", "cc");
    } else {
        __asm__ volatile("syscall"
            : "=a"(result) : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
            : "rcx", "r11", "memory", "cc");
    }
    return result;
}

// The entry of 32-bit programs, which a 64-bit program can use, too.
static long raw_old(uint64_t number, const uint64_t *a) {
    int result;
    __asm__ volatile("int $0x80"
        : "=a"(result) : "a"((uint32_t)number), "b"((uint32_t)a[0]), "c"((uint32_t)a[1]), "d"((uint32_t)a[2]),
          "S"((uint32_t)a[3]), "D"((uint32_t)a[4])
        : "r8", "r9", "r10", "r11", "memory", "cc");
    return result;
}

// A word as an argument: `@text` is a pointer to the text, `#` one to zeroes, anything else a number.
static uint64_t argument(char *word) {
    if (*word == '@') return (uint64_t)(word + 1);
    if (*word == '#') return (uint64_t)scratch;
    return number(word);
}

static void run(long (*entry)(uint64_t, const uint64_t *), char **words, int count) {
    uint64_t arguments[6] = {0};
    for (int index = 1; index < count && index < 7; index++) arguments[index - 1] = argument(words[index]);
    // A descriptor that the call gives must not be there for later probes: it would be the lowest free one.
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(next);
    long result = entry(number(words[0]), arguments);
    if (result == next) close(next);
    if (result < 0 && result >= -4095) seen("%s", error_name((int)-result));
    else seen("ok");
}

// call NUMBER ARGUMENT…
static void call(char **words, int count) { run(raw, words, count); }

// old NUMBER ARGUMENT…: by int 0x80.
static void old(char **words, int count) { run(raw_old, words, count); }

const struct verb call_verbs[] = {{"call", 1, call}, {"old", 1, old}, {0}};
