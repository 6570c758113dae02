// Conditions: expressions over results that answer yes or no, for edges of graphs, goals, breakpoints and policies.
//
// The language is a closed subset of Python's expressions, with the meaning that CPython 3.11 gives them; `Docs/Conditions.md`
// has the whole of it on one page. A condition always ends: there is no loop but over what is there, and every step counts
// against a budget. It must not do anything else: no I/O, no clock, no randomness, no Foundation.
