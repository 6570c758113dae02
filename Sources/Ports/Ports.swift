// Ports: the protocols behind which stores, engines, clocks and ids stand, with the errors they may throw.
// It must not hold an implementation: those are the targets of layer 4, and the fakes in the tests.
