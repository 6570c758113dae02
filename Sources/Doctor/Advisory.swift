/// A known weakness of a program, and from where on it is mended.
struct Advisory {
    let problem: Problem
    /// As in `CVE-2024-21626`; the first one gives the problem its id.
    let names: [String]
    /// The first release that had the weakness; `nil` if all old ones have it.
    var since: VersionNumber?
    /// The first release that has the mend, of each series that got one, from old to new.
    let mended: [VersionNumber]
    /// What could be done with it; the end of a sentence.
    let danger: String
    /// What of Caisson's stands in its way.
    let inTheWay: String

    /// Whether `version` has the mend, going by its number alone: distributions mend without changing it.
    ///
    /// A series between those that got the mend has never got it.
    func isMended(in version: VersionNumber) -> Bool {
        if let since, version < since { return true }
        if let first = mended.first(where: { $0.isOfSeries(version) }) { return version >= first }
        return mended.last.map { version > $0 } ?? true
    }
}

extension Advisory {
    // Source of the other numbers: the projects' own advisories (GHSA) of these names. What cannot be reached through an engine for
    // plain containers is left out: the weaknesses of containerd's Kubernetes part, of image builds and of networks.

    /// Of the kernel only what a job could do with the calls that its lists allow.
    static let kernel = [
        // Source: CVE-2022-0847 in the kernel's list of CVEs. It was shown with splice(2), which all lists refuse; sendfile(2) into a
        // pipe goes the same way from 5.12 on (fs/read_write.c, `do_sendfile`).
        Advisory(
            problem: .kernelPipe, names: ["CVE-2022-0847"], since: VersionNumber(5, 8),
            mended: [VersionNumber(5, 10, 102), VersionNumber(5, 15, 25), VersionNumber(5, 16, 11)],
            danger: "whoever may read a file can change it for all who read it, as long as it is in memory",
            inTheWay: "jobs are refused splice, but by sendfile a job could so change its image for other jobs")
    ]

    /// Source: sqlite.org/wal.html, section 11.
    static let walReset = Advisory(
        problem: .sqliteResetBug, names: ["the WAL-reset bug"],
        mended: [VersionNumber(3, 44, 6), VersionNumber(3, 50, 7), VersionNumber(3, 51, 3)],
        danger: "two that write at once can damage a database", inTheWay: "Caisson writes by one connection alone")

    static let engine = [
        // GHSA-x86f-5xw2-fm2r and, found with it, the two of the same call; no series before 29 got a mend.
        Advisory(
            problem: .engineArchive, names: ["CVE-2026-41567", "CVE-2026-41568", "CVE-2026-42306"],
            mended: [VersionNumber(29, 5, 1)],
            danger: "copying files to or from a container (docker cp) can run its programs as root on the host",
            inTheWay: "Caisson never copies so, and nobody else should copy from its containers"),
        // GHSA-rc4r-wh2q-q6c4.
        Advisory(
            problem: .engineGroups, names: ["CVE-2022-36109"], mended: [VersionNumber(20, 10, 18)],
            danger: "a container's user can keep groups that it should not have",
            inTheWay: "a sandbox that finds itself in another group gets no work"),
        // GHSA-3fwx-pjgw-3558.
        Advisory(
            problem: .engineFolders, names: ["CVE-2021-41091", "CVE-2021-41089"], mended: [VersionNumber(20, 10, 9)],
            danger: "users of the machine can reach into the engine's data folder and run what lies there",
            inTheWay: "Caisson keeps nothing of a job's in there, but images lie open"),
    ]

    static let containerd = [
        // GHSA-pwhc-rpq9-4c8w.
        Advisory(
            problem: .containerdFolders, names: ["CVE-2024-25621"],
            mended: [VersionNumber(1, 7, 29), VersionNumber(2, 0, 7), VersionNumber(2, 1, 5), VersionNumber(2, 2, 0)],
            danger: "its folders are open to the users of the machine",
            inTheWay: "jobs see none of them, so that only the users of the machine matter"),
        // GHSA-265r-hfxg-fhmg.
        Advisory(
            problem: .containerdUser, names: ["CVE-2024-40635"],
            mended: [VersionNumber(1, 6, 38), VersionNumber(1, 7, 27), VersionNumber(2, 0, 4)],
            danger: "a container whose user has too large a number runs as root",
            inTheWay: "Caisson's user is 65532, and a sandbox that finds itself root gets no work"),
        // GHSA-hmfx-3pcx-653p.
        Advisory(
            problem: .containerdGroups, names: ["CVE-2023-25173"],
            mended: [VersionNumber(1, 5, 18), VersionNumber(1, 6, 18)],
            danger: "a container's user can keep groups that it should not have",
            inTheWay: "a sandbox that finds itself in another group gets no work"),
        // GHSA-36xw-fx78-c5r4.
        Advisory(
            problem: .containerdShim, names: ["CVE-2020-15257"],
            mended: [VersionNumber(1, 3, 9), VersionNumber(1, 4, 3)],
            danger: "a container in the host's network can become root on the host",
            inTheWay: "Caisson's containers have no network, but others in this engine may"),
    ]

    static let runc = [
        // GHSA-9493-h29p-rfm2, GHSA-qw9x-cqr3-wc7r, GHSA-cgrx-mc8f-2prm.
        Advisory(
            problem: .runcMasks, names: ["CVE-2025-31133", "CVE-2025-52565", "CVE-2025-52881"],
            mended: [VersionNumber(1, 2, 8), VersionNumber(1, 3, 3), VersionNumber(1, 4, 0)],
            danger: "a container that is started beside a hostile one can be made to write to the host",
            inTheWay: "Caisson's containers share no volume that can be written to, and have no console"),
        // GHSA-jfvp-7x6p-h2pv.
        Advisory(
            problem: .runcFiles, names: ["CVE-2024-45310"], mended: [VersionNumber(1, 1, 14), VersionNumber(1, 2, 0)],
            danger: "two containers with one volume can make empty files on the host",
            inTheWay: "Caisson's containers share no volume that can be written to"),
        // GHSA-xr7r-f8xq-vfvv.
        Advisory(
            problem: .runcDescriptors, names: ["CVE-2024-21626"], mended: [VersionNumber(1, 1, 12)],
            danger: "a hostile working folder leads out to the host's files",
            inTheWay: "Caisson sets the folder itself and enters no container anew, but others in this engine may"),
        // GHSA-vpvm-3wq2-2wvm, GHSA-g2j6-57v7-gm8c, GHSA-m8cg-xc2p-r3fc.
        Advisory(
            problem: .runcLinks, names: ["CVE-2023-27561", "CVE-2023-28642", "CVE-2023-25809"],
            mended: [VersionNumber(1, 1, 5)],
            danger: "an image in which /proc or /sys is a link goes round their masks",
            inTheWay: "use images of known origin alone"),
    ]
}
