// Hardening: which confinement a class of jobs gets, as data: profiles, the container plan made from one, and the comparison
// of what an engine has made with what was asked. It must not do I/O or know how an engine is reached.
