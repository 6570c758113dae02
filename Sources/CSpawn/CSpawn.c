#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

// posix_spawn runs nothing of ours in the child; after a fork in a process with threads, next to nothing could be.

enum { READY = 3, FIRST_COPY = 10 };

static int set_actions(posix_spawn_file_actions_t *actions, int log, int ready) {
    int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, log, STDOUT_FILENO);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, log, STDERR_FILENO);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, ready, READY);
    // Whatever else is open here, such as a lock that a script holds, must not live on in there.
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, READY + 1);
    if (!error) error = posix_spawn_file_actions_addchdir_np(actions, "/");
    return error;
}

static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return error;
}

int caisson_spawn_detached(
    pid_t *pid, const char *program, char *const *arguments, char *const *environment, int log, int ready) {
    // Copies above what is dealt out: no source is overwritten before its turn.
    int log_copy = fcntl(log, F_DUPFD_CLOEXEC, FIRST_COPY);
    if (log_copy < 0) return errno;
    int ready_copy = fcntl(ready, F_DUPFD_CLOEXEC, FIRST_COPY);
    if (ready_copy < 0) {
        int error = errno;
        close(log_copy);
        return error;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = posix_spawnattr_init(&attributes);
        if (!error) {
            error = set_actions(&actions, log_copy, ready_copy);
            if (!error) error = set_attributes(&attributes);
            if (!error) error = posix_spawn(pid, program, &actions, &attributes, arguments, environment);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    close(log_copy);
    close(ready_copy);
    return error;
}
