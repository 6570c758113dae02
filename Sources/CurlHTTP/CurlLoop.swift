import CCurl

/// Drives libcurl: takes commands, lets it work, waits for sockets, and keeps every conversation until it is over.
///
/// Threading: made and used on one thread of its own, which alone touches libcurl's handles. It waits in
/// `curl_multi_poll` only, so a command is obeyed at once.
final class CurlLoop {
    /// Longest wait when nothing is due, in milliseconds; only a guard, as every command ends the wait.
    private static let idleWaitMilliseconds = 60_000

    let multi: CurlMultiHandle
    /// Raw streams whose socket is connected: a part of ``conversations``.
    var rawConnections: [ConversationID: CurlRawConnection] = [:]
    var buffer: [UInt8]

    private let mailbox: CurlMailbox
    private let endpoint: CurlClient.Endpoint
    private var conversations: [ConversationID: any CurlConversation] = [:]

    init(multi: CurlMultiHandle, mailbox: CurlMailbox, endpoint: CurlClient.Endpoint, rawReadBytes: Int) {
        (self.multi, self.mailbox, self.endpoint) = (multi, mailbox, endpoint)
        buffer = [UInt8](repeating: 0, count: rawReadBytes)
    }

    /// Works until it is told to shut down, then fails what is left and frees libcurl's handles.
    func run() {
        var failure = HTTPClientError.shutDown
        do throws(HTTPClientError) {
            while obey(mailbox.takeAll()) {
                try multi.perform()
                takeFinished()
                let next = enforceDeadlines(at: Deadlines.now)
                try serveRawConnections(waiting: Self.milliseconds(until: next))
            }
        } catch {
            failure = error
        }
        _ = obey(mailbox.close())
        for id in Array(conversations.keys) { end(id) { $0.fail(failure) } }
        multi.cleanUp()
    }

    /// Takes the handle out, which closes a busy connection, then tells whoever waits; does nothing once it is over.
    func end(_ id: ConversationID, telling tell: (any CurlConversation) -> Void) {
        guard let conversation = conversations.removeValue(forKey: id) else { return }
        rawConnections[id] = nil
        multi.remove(conversation.easy)
        tell(conversation)
    }

    /// Carries out the commands in their order; `false` if one of them was to shut down.
    private func obey(_ commands: [CurlCommand]) -> Bool {
        var goesOn = true
        for command in commands {
            switch command {
            case .start(let id, let request, let ends): start(id, request, ends)
            case .upgrade(let id, let timeouts, let pipe, let opened): upgrade(id, timeouts, pipe, opened: opened)
            case .flush(let id): if rawConnections[id] != nil { sendRaw(id) } else { resume(id) }
            case .cancel(let id): end(id) { $0.fail(CancellationError()) }
            case .shutDown: goesOn = false
            }
        }
        return goesOn
    }

    private func start(_ id: ConversationID, _ request: HTTPRequest, _ ends: TransferEnds) {
        do throws(HTTPClientError) {
            let transfer = try CurlTransfer(
                id: id, request: request, endpoint: endpoint, now: Deadlines.now, ends: ends)
            try multi.add(transfer.easy)
            conversations[id] = transfer
        } catch {
            ends.fail(error)
        }
    }

    private func upgrade(
        _ id: ConversationID, _ timeouts: HTTPRequest.Timeouts, _ pipe: RawStreamPipe,
        opened: OneShot<HTTPResponseHead>
    ) {
        do throws(HTTPClientError) {
            let connection = try CurlRawConnection(
                id: id, timeouts: timeouts, endpoint: endpoint, now: Deadlines.now, pipe: pipe, opened: opened)
            try multi.add(connection.easy)
            conversations[id] = connection
        } catch {
            opened.settle(.failure(error))
        }
    }

    /// Lets a transfer go on that a pipe had held back.
    private func resume(_ id: ConversationID) {
        guard let transfer = conversations[id] as? CurlTransfer else { return }
        let result = transfer.resume()
        if result != CURLE_OK { end(id) { $0.finish(result) } }
    }

    private func takeFinished() {
        while let (id, result) = multi.nextDone() {
            guard let conversation = conversations[id] else { continue }
            if conversation.connector.hitFullBacklog(result, on: conversation.easy) {
                multi.remove(conversation.easy)
                conversation.deadlines.foundBacklogFull(at: Deadlines.now)
            } else if result == CURLE_OK, let raw = conversation as? CurlRawConnection, raw.connected() {
                rawConnections[id] = raw
                sendRaw(id)
            } else {
                end(id) { $0.finish(result) }
            }
        }
    }

    /// Ends what is overdue and tries again where the backlog was full; answers when to look again.
    private func enforceDeadlines(at now: Deadlines.Instant) -> Deadlines.Instant? {
        var next: Deadlines.Instant?
        for (id, conversation) in conversations {
            if let failure = conversation.deadlines.overdue(at: now) {
                end(id) { $0.fail(failure) }
                continue
            }
            if conversation.wantsResume { resume(id) }
            if conversation.deadlines.connectIsDue(at: now) {
                connectAgain(id, conversation)
                next = now  // libcurl has something to do at once
            }
            next = [next, conversation.deadlines.next].compactMap(\.self).min()
        }
        return next
    }

    private func connectAgain(_ id: ConversationID, _ conversation: any CurlConversation) {
        do throws(HTTPClientError) {
            conversation.deadlines.connectsAgain()
            try multi.add(conversation.easy)
        } catch {
            end(id) { $0.fail(error) }
        }
    }

    /// Rounded up, so that what is due then has passed.
    private static func milliseconds(until instant: Deadlines.Instant?) -> Int32 {
        guard let instant else { return Int32(idleWaitMilliseconds) }
        let wait = Deadlines.now.duration(to: instant) / .milliseconds(1)
        return Int32(max(0, min(wait.rounded(.up), Double(idleWaitMilliseconds))))
    }
}
