extension CurlClient {
    /// How long a server is given to say on a connection of its own that it refuses us: 2 s.
    private static let refusalLimit = Duration.seconds(2)

    /// Posts a command and waits for the head it asks for; ends the conversation if the task is cancelled meanwhile.
    ///
    /// A TLS server that closes unanswered is asked once more, without a request, whether it refuses us. With TLS 1.3 it
    /// does so only after our part of the handshake, when the request is on its way already; if it closes with that
    /// unread, the kernel's reset may come before its reason.
    func head(
        _ head: OneShot<HTTPResponseHead>, of id: ConversationID, _ command: CurlCommand
    ) async throws -> HTTPResponseHead {
        do {
            return try await post(command, id, awaiting: head)
        } catch HTTPClientError.connectionClosed where endpoint.tls != nil {
            throw await refusal() ?? HTTPClientError.connectionClosed
        }
    }

    /// What a connection on which nothing is sent ends with, if that is a refusal.
    private func refusal() async -> HTTPClientError? {
        let (id, opened) = (mailbox.newID(), OneShot<HTTPResponseHead>())
        let timeouts = HTTPRequest.Timeouts(connect: Self.refusalLimit, total: Self.refusalLimit)
        let pipe = RawStreamPipe(inboundBoundBytes: 0)
        do {
            _ = try await post(.upgrade(id, timeouts, pipe, opened: opened), id, awaiting: opened)
            mailbox.post(.cancel(id))
        } catch let failure as HTTPClientError {
            if case .tlsFailed = failure { return failure }
        } catch {
            // ignored: the task is cancelled, and what is known already has to do
        }
        return nil
    }

    private func post(
        _ command: CurlCommand, _ id: ConversationID, awaiting head: OneShot<HTTPResponseHead>
    ) async throws -> HTTPResponseHead {
        let value = try await withTaskCancellationHandler {
            guard mailbox.post(command) else { throw HTTPClientError.shutDown }
            // The handler may have run before there was anything to cancel.
            if Task.isCancelled { mailbox.post(.cancel(id)) }
            return try await head.value
        } onCancel: {
            mailbox.post(.cancel(id))
        }
        try Task.checkCancellation()  // a head that came together with the cancellation is of no use
        return value
    }
}
