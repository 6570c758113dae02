// The group `privilege`: who the tool is, and what it may become.
extension Catalogue {
    var privileges: [Probe] {
        let user = Expectation.oneOf([Word.fourUsers])
        let none = Expectation.oneOf([Word.noCapability])
        return [
            Probe("privilege.user", "the four user ids", "status Uid", user),
            Probe("privilege.group", "the four group ids", "status Gid", user),
            Probe("privilege.groups", "no group but its own", "status Groups", .oneOf(["none", Word.user])),
            Probe("privilege.effective", "no effective capability", "status CapEff", none),
            Probe("privilege.permitted", "no permitted capability", "status CapPrm", none),
            Probe("privilege.bounding", "no capability that could be had", "status CapBnd", none),
            Probe("privilege.no_new", "no new privileges by exec", "status NoNewPrivs", .oneOf(["1"])),
            Probe("privilege.seccomp", "system calls are filtered", "status Seccomp", .oneOf(["2"])),
            Probe("privilege.filters", "by two lists", "status Seccomp_filters", .oneOf(["2"])),
            Probe(
                "privilege.oom_score", "the first to go when memory ends", "value /proc/self/oom_score_adj",
                .oneOf(["900"])),
        ]
    }

    /// The group `capability`: what takes a capability.
    var capabilityCalls: [Probe] {
        [
            .call("capability.setuid", "become root", "setuid", "0", forked: true),
            .call("capability.setgid", "the group of root", "setgid", "0", forked: true),
            .call("capability.setreuid", "become root, the second way", "setreuid", "0 0", forked: true),
            .call("capability.setregid", "the group of root, the second way", "setregid", "0 0", forked: true),
            .call("capability.setresuid", "become root, the third way", "setresuid", "0 0 0", forked: true),
            .call("capability.setresgid", "the group of root, the third way", "setresgid", "0 0 0", forked: true),
            .call("capability.setgroups", "another group", "setgroups", "0 #", forked: true),
            .call("capability.setfsuid", "files as root", "setfsuid", "0", forked: true),
            .call("capability.setfsgid", "files as root's group", "setfsgid", "0", forked: true),
            .call("capability.capset", "ask for capabilities", "capset", "@v3 -1"),
            .call("capability.securebits", "rules of exec for root", "prctl", "28 0", forked: true),
            .call("capability.bounding", "drop from the bounding set", "prctl", "24 39", forked: true),
            .call("capability.keep", "keep capabilities over setuid", "prctl", "8 1", forked: true),
            .call("capability.chroot", "another root folder", "chroot", "@/", forked: true),
            .call("capability.chown", "a file given to root", "fchownat", "-100 @/tmp 0 0 0", forked: true),
            .call(
                "capability.nice", "a priority above others", "setpriority", "0 0 -5", forked: true, reached: ["EACCES"]
            ),
            .call("capability.scheduler", "another scheduling class", "sched_setscheduler", "0 3 #", forked: true),
            .call("capability.sched_setattr", "the same with attributes", "sched_setattr", "0 -1 0"),
            .call("capability.ioprio", "a priority at the disk", "ioprio_set", "1 0 0", forked: true),
            .call("capability.mlock", "memory that cannot be swapped", "mlock", "# 4096", forked: true),
            .call("capability.mlockall", "all of it", "mlockall", "1", forked: true),
            .call("capability.personality", "addresses without randomness", "personality", "0x40000", forked: true),
        ]
    }
}
