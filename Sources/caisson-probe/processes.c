// This process, process 1, and all others.
#define _GNU_SOURCE
#include "prober.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

// This program is linked to fixed addresses: a process 1 that runs it, too, has this at the same place.
static long mark = 0x6b72616d;

// status FIELD: the line of /proc/self/status.
static void status(char **words, int count) {
    (void)count;
    static char content[8 << 10];
    if (read_file("/proc/self/status", content, sizeof content) < 0) return seen_result(-1, "");
    size_t length = strlen(words[0]);
    for (char *rest = content, *line; (line = strsep(&rest, "\n")) && *line;) {
        if (strncmp(line, words[0], length) != 0 || line[length] != ':') continue;
        line += length + 1;
        line += strspn(line, " \t");
        for (char *at = line; *at; at++) if (*at == '\t') *at = ' ';
        for (char *end = line + strlen(line); end > line && end[-1] == ' ';) *--end = 0;
        return seen("%s", *line ? line : "none");
    }
    seen("not told");
}

// names NODE: what uname says.
static void system_name(char **words, int count) {
    (void)count;
    struct utsname name;
    if (uname(&name) < 0) return seen_result(-1, "");
    seen("%s", strcmp(words[0], "domain") == 0 ? name.domainname : name.nodename);
}

// environment: the names of all variables.
static void environment(char **words, int count) {
    (void)words, (void)count;
    char text[ANSWER_BYTES];
    int length = 0;
    for (char **entry = environ; *entry; entry++)
        if (length < ANSWER_BYTES - 128)
            length += snprintf(text + length, 128, "%s%.*s", length ? " " : "", (int)strcspn(*entry, "="), *entry);
    seen("%s", length ? text : "none");
}

// parent: its process id.
static void parent(char **words, int count) {
    (void)words, (void)count;
    seen("%d", getppid());
}

// others: how many processes there are beside this one and process 1.
static void others(char **words, int count) {
    (void)words, (void)count;
    DIR *folder = opendir("/proc");
    if (!folder) return seen_result(-1, "");
    int found = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        int process = isdigit(*entry->d_name) ? atoi(entry->d_name) : 1;
        if (process != 1 && process != getpid()) found++;
    }
    closedir(folder);
    seen("%d", found);
}

// inherited: descriptors beside the three standard ones, but for the one that it takes to look.
static void inherited(char **words, int count) {
    (void)words, (void)count;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return seen_result(-1, "");
    int found = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        int file = isdigit(*entry->d_name) ? atoi(entry->d_name) : 0;
        if (file > 2 && file != dirfd(folder)) found++;
    }
    closedir(folder);
    seen("%d", found);
}

// forge COUNT: a frame that says goodbye to the cell, into every descriptor from 3 on.
static void forge(char **words, int count) {
    (void)count;
    static const unsigned char frame[32] = {0xCA, 0x15, 0x50, 0x4E, 7};
    signal(SIGPIPE, SIG_IGN);
    int written = 0;
    for (int file = 3, end = (int)number(words[0]); file < end; file++) written += write(file, frame, sizeof frame) > 0;
    seen("%d", written);
}

static void transfer(char **words, int number_of_call) {
    long copy = mark;
    struct iovec ours = {&copy, sizeof copy}, theirs = {&mark, sizeof mark};
    seen_result(syscall(number_of_call, (pid_t)number(words[0]), &ours, 1, &theirs, 1, 0), "ok");
}

// peek PID, poke PID: memory of another process, by its address in this program.
static void peek(char **words, int count) {
    (void)count;
    transfer(words, SYS_process_vm_readv);
}

static void poke(char **words, int count) {
    (void)count;
    transfer(words, SYS_process_vm_writev);
}

// take PID FILE: a copy of another process's descriptor.
static void take(char **words, int count) {
    (void)count;
    int process = (int)syscall(SYS_pidfd_open, (pid_t)number(words[0]), 0);
    if (process < 0) return seen_failed("pidfd_open");
    long file = syscall(SYS_pidfd_getfd, process, (int)number(words[1]), 0);
    if (file < 0) seen_failed("pidfd_getfd");
    else seen("taken");
    if (file >= 0) close((int)file);
    close(process);
}

// affinity PID: set to what it is.
static void affinity(char **words, int count) {
    (void)count;
    cpu_set_t set;
    pid_t process = (pid_t)number(words[0]);
    if (sched_getaffinity(process, sizeof set, &set) < 0) return seen_failed("sched_getaffinity");
    if (sched_setaffinity(process, sizeof set, &set) < 0) return seen_failed("sched_setaffinity");
    seen("set");
}

const struct verb process_verbs[] = {
    {"status", 1, status}, {"uname", 1, system_name}, {"environment", 0, environment}, {"parent", 0, parent},
    {"others", 0, others}, {"inherited", 0, inherited}, {"forge", 1, forge}, {"peek", 1, peek}, {"poke", 1, poke},
    {"take", 2, take}, {"affinity", 1, affinity}, {0}};

static void give_up(int number) {
    (void)number;
    _exit(4);
}

// A process 1 as it should not be, for the tests of the probes: of the tool's user, dumpable, with a descriptor for everybody,
// listening, and with another process beside the tool.
int run_beneath(int (*body)(char *), char *plan) {
    int ends[2], local = socket(AF_UNIX, SOCK_STREAM, 0), internet = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0caisson"};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(2375), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (pipe(ends) < 0 || bind(local, (struct sockaddr *)&name, offsetof(struct sockaddr_un, sun_path) + 8) < 0 ||
        bind(internet, (struct sockaddr *)&address, sizeof address) < 0 || listen(local, 8) < 0 || listen(internet, 8) < 0)
        return 2;
    // Process 1 is spared by signals that it does not handle.
    signal(SIGALRM, give_up);
    alarm(60);
    pid_t bystander = fork();
    if (bystander == 0) for (;;) pause();
    pid_t child = fork();
    if (child == 0) _exit(body(plan));
    int outcome = 0;
    while (waitpid(child, &outcome, 0) < 0 && errno == EINTR) {}
    kill(bystander, SIGKILL);
    return WIFEXITED(outcome) ? WEXITSTATUS(outcome) : 3;
}
