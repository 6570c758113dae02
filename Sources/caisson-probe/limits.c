// Limits: what they are, and what happens at them.
#define _GNU_SOURCE
#include "prober.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Most files and processes that are made to meet a limit.
#define MOST_FILES (128 << 10)
#define MOST_PROCESSES 32768

static void seen_bound(int error, const char *step) {
    errno = error;
    if (error) seen_failed(step);
    else seen("no limit");
}

// rlimit NUMBER: soft and hard.
static void limit(char **words, int count) {
    (void)count;
    struct rlimit limit;
    if (getrlimit((int)number(words[0]), &limit) < 0) return seen_result(-1, "");
    seen("%lld %lld", (long long)limit.rlim_cur, (long long)limit.rlim_max);
}

// raise NUMBER: both above what the hard one is.
static void raise_limit(char **words, int count) {
    (void)count;
    struct rlimit limit;
    if (getrlimit((int)number(words[0]), &limit) < 0) return seen_failed("getrlimit");
    limit.rlim_max++;
    limit.rlim_cur = limit.rlim_max;
    seen_result(setrlimit((int)number(words[0]), &limit), "raised");
}

// fill PATH BYTES: a file is written until there is no room, or it has more than so many bytes.
static void fill(char **words, int count) {
    (void)count;
    static char block[64 << 10];
    int file = open(words[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), error = 0;
    if (file < 0) return seen_failed("open");
    for (uint64_t written = 0, most = number(words[1]); written <= most && !error;) {
        ssize_t part = write(file, block, sizeof block);
        if (part < 0) error = errno;
        else written += (uint64_t)part;
    }
    close(file);
    unlink(words[0]);
    seen_bound(error, "write");
}

// inodes FOLDER COUNT: so many empty files.
static void inodes(char **words, int count) {
    (void)count;
    char path[256];
    int made = 0, error = 0, most = (int)number(words[1]);
    for (; made < most && made < MOST_FILES; made++) {
        snprintf(path, sizeof path, "%s/inode-%d", words[0], made);
        int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0) {
            error = errno;
            break;
        }
        close(file);
    }
    for (int index = 0; index < made; index++) {
        snprintf(path, sizeof path, "%s/inode-%d", words[0], index);
        unlink(path);
    }
    seen_bound(error, "open");
}

// descriptors COUNT: so many at once.
static void descriptors(char **words, int count) {
    (void)count;
    static int files[MOST_FILES];
    int made = 0, error = 0, most = (int)number(words[0]);
    while (made < most && made < MOST_FILES && !error) {
        files[made] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (files[made] < 0) error = errno;
        else made++;
    }
    while (made > 0) close(files[--made]);
    seen_bound(error, "open");
}

// sparse PATH OFFSET: a byte far off in a file.
static void sparse(char **words, int count) {
    (void)count;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    int file = open(words[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return seen_failed("open");
    seen_bound(pwrite(file, "x", 1, (off_t)number(words[1])) < 0 ? errno : 0, "pwrite");
    close(file);
    unlink(words[0]);
}

// processes COUNT: so many at once, all of which wait for us.
static void processes(char **words, int count) {
    (void)count;
    int ends[2], made = 0, error = 0, most = (int)number(words[0]);
    char byte;
    if (pipe(ends) < 0) return seen_failed("pipe");
    for (; made < most && made < MOST_PROCESSES; made++) {
        pid_t child = fork();
        if (child == 0) {
            close(ends[1]);
            _exit(read(ends[0], &byte, 1) < 0);
        }
        if (child < 0) {
            error = errno;
            break;
        }
    }
    close(ends[1]);
    while (made > 0 && (waitpid(-1, NULL, 0) > 0 || errno == EINTR)) made--;
    close(ends[0]);
    seen_bound(error, "fork");
}

const struct verb limit_verbs[] = {
    {"rlimit", 1, limit}, {"raise", 1, raise_limit}, {"fill", 2, fill}, {"inodes", 2, inodes}, {"descriptors", 1, descriptors},
    {"sparse", 2, sparse}, {"processes", 1, processes}, {0}};
