// Daemon: configuration, the real clock and the real randomness, and the one place where all parts are put together.
// It must not hold rules of its own.
