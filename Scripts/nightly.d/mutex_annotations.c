// Tells the thread sanitizer what Swift's Mutex does where it cannot see it.
//
// A Mutex is taken and given back by an atomic exchange in our own code, which the sanitizer understands. Only when two threads
// meet does it call the three functions below in libswiftSynchronization, where the kernel hands the lock over: the sanitizer
// does not see that, and takes everything that the lock guards for a race. Loaded with LD_PRELOAD, this library stands in front of
// the three, and tells of the hand-over. Nothing is suppressed, so a race inside a lock's use is still found.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The sanitizer's own; absent in programs that are built without it, such as the test runner's launcher.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

typedef SWIFT void (*LockSlow)(uint32_t thread, SELF);
typedef SWIFT bool (*TryLockSlow)(SELF);
typedef SWIFT void (*UnlockSlow)(SELF);

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> ()
SWIFT void lock_slow(uint32_t thread, SELF) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void lock_slow(uint32_t thread, SELF) {
    ((LockSlow)next("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"))(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

// Synchronization._MutexHandle._tryLockSlow() -> Swift.Bool
SWIFT bool try_lock_slow(SELF) __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
SWIFT bool try_lock_slow(SELF) {
    bool is_taken = ((TryLockSlow)next("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"))(self);
    if (is_taken && __tsan_acquire) __tsan_acquire(self);
    return is_taken;
}

// Synchronization._MutexHandle._unlockSlow() -> ()
SWIFT void unlock_slow(SELF) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT void unlock_slow(SELF) {
    if (__tsan_release) __tsan_release(self);
    ((UnlockSlow)next("$s15Synchronization12_MutexHandleV11_unlockSlowyyF"))(self);
}
