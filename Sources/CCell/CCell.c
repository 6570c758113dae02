#define _GNU_SOURCE
#include "CCell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The tool goes before the cell when the kernel has to kill for want of memory. Where there is no Landlock, a tool may lower
// this to the container's own value again: whoever reads the outcome asks the engine, too, when the cell is gone.
static const char tool_oom_score[] = "900";
static const char oom_score_file[] = "/proc/self/oom_score_adj";

// Newer than the headers of Debian 12: of Linux 6.12, whose older kernels take the tail of it as long as it is zero.
struct landlock_ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};
#define LANDLOCK_ASK_VERSION 1
#define LANDLOCK_PATH_BENEATH 1

// Newer than the headers of Debian 12: the caller of a refused call is woken on the processor of who answers.
#define SET_LISTENER_FLAGS SECCOMP_IOW(4, __u64)
#define SYNC_WAKE_UP 1

static void fail(int status_fd) {
    int error = errno;
    ssize_t ignored = write(status_fd, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

// The filter, and a descriptor by which what it does not decide itself is asked of the cell; closed at exec.
static int load(const struct sock_fprog *program) {
    // A signal must not make an asked call begin anew: it would be counted twice, or never come to its answer.
    unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
    if (listener >= 0 || errno != EINVAL) return listener;
    // A kernel before 5.19.
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, program);
}

// 1 if the rules are in force, 0 if the kernel has taken them and they are not, -1 with errno. What proves it is a file that
// was written just before, and which no rule names.
static int confine(int ruleset, uint32_t flags) {
    if (syscall(SYS_landlock_restrict_self, ruleset, flags) < 0) return -1;
    int score = open(oom_score_file, O_WRONLY | O_CLOEXEC);
    if (score < 0) return errno == EACCES ? 1 : -1;
    close(score);
    return 0;
}

// Runs in the child: only async-signal-safe calls, no allocation.
static void become_tool(const struct caisson_spawn *spawn) {
    // The descriptors that are still needed go above those that the tool will have.
    int gate = fcntl(spawn->gate_fd, F_DUPFD_CLOEXEC, 100);
    int status = fcntl(spawn->status_fd, F_DUPFD_CLOEXEC, 100);
    if (gate < 0 || status < 0) fail(spawn->status_fd);
    if (setsid() < 0) fail(status);
    if (dup2(spawn->stdin_fd, 0) < 0 || dup2(spawn->stdout_fd, 1) < 0 || dup2(spawn->stderr_fd, 2) < 0) fail(status);
    if (chdir(spawn->folder) < 0) fail(status);

    // The fork has inherited "not dumpable", under which the files of /proc/self belong to root.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    int score = open(oom_score_file, O_WRONLY | O_CLOEXEC);
    if (score < 0 || write(score, tool_oom_score, sizeof tool_oom_score - 1) < 0) fail(status);
    close(score);

    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    // Before the filter, which lets nobody call this.
    int confined = spawn->landlock_fd < 0 ? 0 : confine(spawn->landlock_fd, spawn->landlock_flags);
    if (confined < 0) fail(status);

    struct sock_fprog program = {.len = spawn->filter_length, .filter = (struct sock_filter *)spawn->filter};
    int listener = load(&program);
    if (listener < 0) fail(status);
    char ready[2 + sizeof listener] = {'r'};
    memcpy(ready + 1, &listener, sizeof listener);
    ready[1 + sizeof listener] = (char)confined;
    if (write(status, ready, sizeof ready) != sizeof ready) fail(status);

    char byte;
    ssize_t count;
    do count = read(gate, &byte, 1); while (count < 0 && errno == EINTR);
    if (count != 1) _exit(127);  // the cell has shut the gate
    execve(spawn->path, spawn->argv, spawn->envp);
    fail(status);
}

pid_t caisson_cell_spawn(const struct caisson_spawn *spawn) {
    pid_t pid = fork();
    if (pid == 0) become_tool(spawn);
    return pid;
}

int caisson_cell_take_listener(pid_t child, int number) {
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    if (process < 0) return -1;
    int listener = (int)syscall(SYS_pidfd_getfd, process, number, 0);
    int error = errno;
    close(process);
    errno = error;
    // A kernel that lacks the flag is slower, no more. An outer list that does not let us ask would stop the tool for ever.
    if (listener >= 0 && ioctl(listener, SET_LISTENER_FLAGS, SYNC_WAKE_UP) < 0 && errno == EPERM) {
        close(listener);
        errno = EPERM;
        return -1;
    }
    return listener;
}

int caisson_cell_refuse_next(int listener, int *number, uint64_t *argument) {
    for (int tries = 0; tries < 16; tries++) {
        struct pollfd waiting = {.fd = listener, .events = POLLIN};
        if (poll(&waiting, 1, 0) <= 0) return 0;
        if (!(waiting.revents & POLLIN)) return -1;
        struct seccomp_notif call;
        memset(&call, 0, sizeof call);
        // The caller may have been killed meanwhile: then the next one is asked for.
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) continue;
        struct seccomp_notif_resp answer = {.id = call.id, .error = -EPERM};
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
        *number = call.data.nr;
        *argument = call.data.args[0];
        return 1;
    }
    return 0;
}

int caisson_cell_child_fd(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    // Every other signal is left as it is: for process 1 that means ignored, but for KILL and STOP from outside of the container.
    // A TERM is not obeyed, for nobody can know who sent it: once a user's pending signals are at their limit, which a tool can
    // bring about, the kernel passes a signal on without its sender, as if it came from outside.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_SETMASK, &set, NULL) < 0) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void caisson_cell_clear_child_fd(int fd) {
    // Once: of a signal no more than one waits, and who is sent one after the other must not be kept here by them.
    struct signalfd_siginfo info;
    ssize_t ignored = read(fd, &info, sizeof info);
    (void)ignored;
}

int caisson_cell_open_beneath(int folder_fd, const char *path, int only_to_look) {
    struct open_how how = {
        // Not blocking: a FIFO without a writer must not hold the cell.
        .flags = only_to_look ? O_PATH | O_NOFOLLOW | O_CLOEXEC : O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
}

int caisson_cell_landlock_abi(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_ASK_VERSION);
}

int caisson_cell_landlock_ruleset(uint64_t handled, uint64_t scopes) {
    struct landlock_ruleset ruleset = {.handled_access_fs = handled, .scoped = scopes};
    return (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0);
}

int caisson_cell_landlock_allow(int ruleset, int place, uint64_t rights) {
    struct {
        uint64_t rights;
        int32_t place;
    } __attribute__((packed)) rule = {.rights = rights, .place = place};
    return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
}

int caisson_cell_look(const char *path) { return open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC); }

int caisson_cell_hide(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int caisson_cell_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0; }

pid_t caisson_cell_reap(int *exit_code, int *signal) {
    int status = 0;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return pid;
}

int caisson_cell_pipe(int fds[2], int ours) {
    if (pipe2(fds, O_CLOEXEC) < 0) return -1;
    return caisson_cell_set_nonblocking(fds[ours]);
}

int caisson_cell_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int64_t caisson_cell_cpu_us(int of_children) {
    struct rusage usage;
    if (getrusage(of_children ? RUSAGE_CHILDREN : RUSAGE_SELF, &usage) < 0) return 0;
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * (int64_t)1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

int64_t caisson_cell_monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}
