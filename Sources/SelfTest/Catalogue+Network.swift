// The group `network`.
extension Catalogue {
    private static let stream: UInt64 = 1
    private static let datagram: UInt64 = 2

    /// Kinds of sockets.
    var sockets: [Probe] {
        let kinds: [(name: String, words: String, meaning: String)] = [
            ("inet_udp", "2 2 17", "datagrams"), ("inet_raw", "2 3 255", "raw packets"),
            ("inet_icmp", "2 2 1", "pings"),
            ("inet_sctp", "2 1 132", "SCTP"), ("inet6_udp", "10 2 17", "datagrams by version 6"),
            ("inet6_raw", "10 3 255", "raw packets by version 6"),
            ("packet", "17 3 768", "frames of the wire"), ("packet_datagram", "17 2 768", "packets of the wire"),
            ("netlink_route", "16 3 0", "settings of the network"), ("netlink_audit", "16 3 9", "the audit log"),
            ("netlink_uevent", "16 3 15", "events of devices"), ("netlink_netfilter", "16 3 12", "the firewall"),
            ("netlink_generic", "16 3 16", "generic netlink"), ("vsock", "40 1 0", "the hypervisor"),
            ("alg", "38 5 0", "the kernel's ciphers"), ("key", "15 3 2", "keys of IPsec"),
            ("bluetooth", "31 3 0", "Bluetooth"),
            ("can", "29 3 1", "the buses of cars"), ("tipc", "30 1 0", "clusters"),
            ("xdp", "44 3 0", "express packets"),
            ("rds", "21 5 0", "reliable datagrams"), ("x25", "9 5 0", "X.25"), ("ppp", "24 1 0", "PPPoE"),
            ("llc", "26 1 0", "LLC"), ("nfc", "39 5 0", "NFC"), ("qipcrtr", "42 2 0", "modems"),
            ("smc", "43 1 0", "SMC"),
        ]
        // Streams over loopback are what a profile with services is for.
        return kinds.map {
            // A list that knows families and types alone leaves this one to the kernel, which mostly does not have it.
            let reached = $0.name == "inet_sctp" ? ["EPROTONOSUPPORT"] : []
            return Probe.call("network.socket_\($0.name)", $0.meaning, "socket", $0.words, reached: reached)
        } + [
            .call("network.socket_inet", "connections", "socket", "2 1 6", reached: ["ok"]),
            .call("network.socket_inet6", "connections by version 6", "socket", "10 1 6", reached: ["ok"]),
        ]
    }

    /// What stands in the sandbox's own tables, and what answers at addresses.
    var addresses: [Probe] {
        let targets: [(name: String, address: String, port: Int, meaning: String)] = [
            ("gateway", "172.17.0.1", 80, "the engine's bridge"),
            ("gateway_ssh", "172.17.0.1", 22, "the host by its bridge"),
            ("gateway_engine", "172.17.0.1", 2375, "the engine by its bridge"),
            ("metadata", "169.254.169.254", 80, "the cloud's metadata"),
            ("metadata_task", "169.254.170.2", 80, "the cloud's keys"),
            ("public", "1.1.1.1", 443, "a public address"), ("public_dns", "8.8.8.8", 53, "a public name server"),
            ("private", "10.0.0.1", 80, "a private address"),
            ("private_b", "192.168.0.1", 80, "another private address"),
            ("public6", "2606:4700:4700::1111", 443, "a public address of version 6"),
            ("metadata6", "fd00:ec2::254", 80, "the cloud's metadata by version 6"),
        ]
        let hosts = hostAddresses.enumerated().map { index, address in
            (name: "host_\(index + 1)", address: address, port: 22, meaning: "the machine at \(address)")
        }
        let lines: [(name: String, path: String, header: Int, meaning: String)] = [
            ("routes", "/proc/net/route", 1, "no routes"), ("connections", "/proc/net/tcp", 1, "no connections"),
            ("local_sockets", "/proc/net/unix", 1, "no Unix sockets"),
        ]
        return [Probe("network.interfaces", "no interface but loopback", "interfaces", .oneOf(["lo"]))]
            + lines.map {
                Probe("network.\($0.name)", $0.meaning, "lines \($0.path) \($0.header)", .oneOf(["0"]))
            }
            + (targets + hosts).flatMap {
                [
                    reach("tcp_\($0.name)", $0.meaning, "tcp", $0.address, $0.port, ["connect ENETUNREACH"]),
                    reach(
                        "udp_\($0.name)", "\($0.meaning), by UDP", "udp", $0.address, $0.port, ["connect ENETUNREACH"]),
                ]
            } + [
                reach("tcp_loopback", "an engine on loopback", "tcp", "127.0.0.1", 2375, Self.nobody),
                reach(
                    "tcp_loopback6", "an engine on loopback, version 6", "tcp", "::1", 2375, Self.nobody + Self.none6),
                reach("udp_docker_dns", "the engine's name server", "udp", "127.0.0.11", 53, []),
                reach("udp_multicast", "everybody on the wire", "udp", "224.0.0.251", 5353, ["connect ENETUNREACH"]),
                local("unix_engine", "the engine's socket", "/var/run/docker.sock", ["connect ENOENT"]),
                local("unix_abstract", "a socket without a file", "@caisson", ["connect ECONNREFUSED"]),
            ]
    }

    /// Loopback where nobody listens; and where version 6 has no loopback address.
    private static let nobody = ["connect ECONNREFUSED", "answered ECONNREFUSED"]
    private static let none6 = ["connect EADDRNOTAVAIL"]

    private func reach(
        _ name: String, _ meaning: String, _ kind: String, _ address: String, _ port: Int, _ reached: [String]
    ) -> Probe {
        let family: UInt64 = address.contains(":") ? 10 : 2
        let type = kind == "tcp" ? Self.stream : Self.datagram
        return Probe(
            "network.\(name)", meaning, "connect \(kind) \(address) \(port)",
            .steps(
                [("socket", SystemCall("socket", [family, type, 0])), ("connect", SystemCall("connect"))],
                reached: reached))
    }

    private func local(_ name: String, _ meaning: String, _ path: String, _ reached: [String]) -> Probe {
        Probe(
            "network.\(name)", meaning, "unix \(path)",
            .steps(
                [("socket", SystemCall("socket", [1, Self.stream, 0])), ("connect", SystemCall("connect"))],
                reached: reached))
    }
}
