// CCell: what the cell needs from the kernel and cannot say in Swift: the child's side of a fork (which has to be
// async-signal-safe), calls without a glibc wrapper, and macros. It must not decide anything.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// What the child of a fork does before it becomes the tool.
struct caisson_spawn {
    const char *path;          // absolute: the search through PATH is the parent's
    char *const *argv;         // ends with NULL
    char *const *envp;         // ends with NULL
    const char *folder;        // where the tool starts
    int stdin_fd;              // become 0, 1 and 2
    int stdout_fd;
    int stderr_fd;
    int gate_fd;               // a byte here lets the child go on to exec
    int status_fd;             // 'r', the listener's number (4 bytes) and 1 if Landlock's rules are in force (else 0), when the filter is loaded; an errno as 4 bytes when a step failed; end of file at exec
    const void *filter;        // classic BPF, 8 bytes an instruction
    uint16_t filter_length;    // instructions
    int landlock_fd;           // the ruleset to be confined by; -1 for none
    uint32_t landlock_flags;   // of landlock_restrict_self(2)
};

/// Forks, and in the child: new session, stdio, folder, OOM score, Landlock, inner seccomp filter, gate, exec.
/// Returns the child's pid, or -1 with errno.
pid_t caisson_cell_spawn(const struct caisson_spawn *spawn);

/// Takes over the listener that a child has under `number`; the child must be dumpable. Returns -1 with errno.
int caisson_cell_take_listener(pid_t child, int number);
/// Refuses the next call that waits for an answer, with EPERM: 1 with its number and first argument, 0 if none waits, -1 if
/// every process behind the filter is gone.
int caisson_cell_refuse_next(int listener, int *number, uint64_t *argument);

/// Blocks SIGCHLD, ignores SIGPIPE, and gives a descriptor that can be read when a child has ended; -1 with errno.
int caisson_cell_child_fd(void);
/// Reads what waits at that descriptor.
void caisson_cell_clear_child_fd(int fd);

/// Opens for reading beneath a folder, following no link at any place (openat2(2)); only to look at it if asked so, which
/// also works for what cannot be read. Returns -1 with errno.
int caisson_cell_open_beneath(int folder_fd, const char *path, int only_to_look);

/// The kernel's Landlock ABI, or -1 with errno: ENOSYS and EOPNOTSUPP mean that it has none.
int caisson_cell_landlock_abi(void);
/// A ruleset that forbids `handled` on every file and confines signals and sockets by `scopes`: its descriptor, closed at
/// exec, or -1 with errno.
int caisson_cell_landlock_ruleset(uint64_t handled, uint64_t scopes);
/// Lets `rights` through at and beneath what `place` is a descriptor of. Returns -1 with errno.
int caisson_cell_landlock_allow(int ruleset, int place, uint64_t rights);
/// A descriptor of what stands at `path`, a link itself if it is one, good for nothing but looking; -1 with errno.
int caisson_cell_look(const char *path);

/// Makes this process undumpable, so that one of the same user id can neither trace it nor reach its descriptors.
int caisson_cell_hide(void);
/// 1 while this process is dumpable.
int caisson_cell_is_dumpable(void);

/// Reaps one dead child without waiting: its pid, 0 if none is dead, -1 with errno if there are no children.
/// `*exit_code` is -1 if a signal ended it, `*signal` 0 if it exited.
pid_t caisson_cell_reap(int *exit_code, int *signal);

/// Creates a pipe whose ends are close-on-exec; `ours` (0 or 1) is the end that gets O_NONBLOCK. Returns -1 with errno.
int caisson_cell_pipe(int fds[2], int ours);

int caisson_cell_set_nonblocking(int fd);

/// Microseconds of CPU time of all children that were reaped, else of this process.
int64_t caisson_cell_cpu_us(int of_children);
/// Microseconds on the monotonic clock.
int64_t caisson_cell_monotonic_us(void);
