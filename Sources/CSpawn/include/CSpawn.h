// Starts a program that outlives its starter. In C, since the calls it takes are extensions of the GNU library that Swift does not see.
#ifndef CSPAWN_H
#define CSPAWN_H

#include <sys/types.h>

/// Starts `program` in a session of its own, in the folder /, with no signal blocked or ignored.
///
/// Its standard input is /dev/null, its standard output and error are `log`, its descriptor 3 is `ready`; it has no other one. The two
/// descriptors stay open here. Gives 0 and the new process, else an error number.
int caisson_spawn_detached(
    pid_t *_Nonnull pid, const char *_Nonnull program, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, int log, int ready);

#endif
