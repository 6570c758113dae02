// The macros of libseccomp that Swift cannot import.
#pragma once
#include <seccomp.h>

static inline uint32_t caisson_seccomp_errno(uint16_t number) { return SCMP_ACT_ERRNO(number); }
static inline uint32_t caisson_seccomp_allow(void) { return SCMP_ACT_ALLOW; }
static inline uint32_t caisson_seccomp_kill_process(void) { return SCMP_ACT_KILL_PROCESS; }
static inline uint32_t caisson_seccomp_notify(void) { return SCMP_ACT_NOTIFY; }
static inline int caisson_seccomp_unknown(void) { return __NR_SCMP_ERROR; }
static inline uint32_t caisson_seccomp_native(void) { return SCMP_ARCH_NATIVE; }
