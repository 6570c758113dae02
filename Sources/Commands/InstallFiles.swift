/// The files that make a daemon of systemd out of Caisson.
struct InstallFiles {
    struct File {
        /// From the root on.
        let path: String
        let mode: UInt32
        let content: String
        /// Whether one that is there is left as it is: people may have changed it.
        var isTheirs = false
    }

    /// The user that the daemon runs as.
    let user: String
    /// Where the programs lie: in `lib/caisson` beneath it.
    let prefix: String

    /// The programs, which have to lie beside each other.
    static let programs = ["caisson", "caisson-cell", "caisson-probe"]
    var programFolder: String { "\(prefix)/lib/caisson" }
    /// What people type.
    var link: String { "\(prefix)/bin/caisson" }
    static let unitPath = "/etc/systemd/system/caisson.service"
    static let configurationPath = "/etc/caisson/config.yaml"
    static let dataFolder = "/var/lib/caisson"

    var files: [File] {
        [
            File(path: Self.unitPath, mode: 0o644, content: unit),
            File(path: "/etc/sysusers.d/caisson.conf", mode: 0o644, content: users),
            File(path: "/etc/tmpfiles.d/caisson.conf", mode: 0o644, content: folders),
            File(path: Self.configurationPath, mode: 0o644, content: configuration, isTheirs: true),
        ]
    }

    private var users: String {
        """
        # The user of the Caisson daemon. Whoever may use the engine's socket is root on its machine: nobody else uses this account.
        u \(user) - "Caisson daemon" \(Self.dataFolder)
        m \(user) docker

        """
    }

    private var folders: String {
        """
        # The data folder: for the daemon alone.
        d \(Self.dataFolder) 0700 \(user) \(user) -

        """
    }

    private var configuration: String {
        """
        # Settings of the Caisson daemon; `caisson config show --effective` lists all with their values and origins.
        # drain: leave              # at the end running jobs go on, and the next daemon adopts them; or finish, or cancel
        # drain_limit: 60s
        # slots: 64                 # jobs at once
        # memory: 75%               # of the engine's machine, for all jobs together
        # retention:
        #   succeeded: 30d
        #   failed: 30d

        """
    }

    private var unit: String {
        """
        [Unit]
        Description=Caisson: programs in sealed, throw-away containers
        After=docker.service network.target
        Wants=docker.service
        StartLimitIntervalSec=60
        StartLimitBurst=5

        [Service]
        Type=notify
        NotifyAccess=main
        User=\(user)
        Group=\(user)
        # The engine's socket belongs to this group.
        SupplementaryGroups=docker
        Environment=CAISSON_HOME=\(Self.dataFolder) CAISSON_CONFIG=\(Self.configurationPath)
        ExecStart=\(programFolder)/caisson serve --log-file stderr
        ExecReload=/bin/kill -HUP $MAINPID
        Restart=on-failure
        # Mistakes in its settings, and another daemon in its folder, do not go by themselves.
        RestartPreventExitStatus=2 4
        TimeoutStartSec=90
        # Longer than drain_limit and what comes after it.
        TimeoutStopSec=120
        KillMode=mixed

        # It writes to its data folder alone, has no privileges, sees no devices and nobody's home.
        StateDirectory=caisson
        StateDirectoryMode=0700
        UMask=0077
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        DevicePolicy=closed
        ProtectProc=invisible
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectKernelLogs=yes
        ProtectControlGroups=yes
        ProtectClock=yes
        ProtectHostname=yes
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        # Sockets of files for engine and clients; TCP for an engine elsewhere.
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged
        SystemCallErrorNumber=EPERM
        RemoveIPC=yes
        KeyringMode=private
        LimitNOFILE=65536
        TasksMax=512

        [Install]
        WantedBy=multi-user.target

        """
    }
}
