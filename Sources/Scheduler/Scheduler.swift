// Scheduler: takes jobs through their lives: accepts, leases, supervises the one attempt, settles the outcome, and brings
// order into what an earlier process left behind. It must not know which engine, store or program it works with.
