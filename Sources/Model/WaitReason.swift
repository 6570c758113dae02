/// Why a job that has not ended is where it is: computed from what is so at the moment of the question, never stored.
package enum WaitReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// Other jobs have to end first.
    case needs
    /// Its time has not come.
    case time
    /// A person holds it back.
    case hold
    /// A person has to decide.
    case approval
    /// Its children have not ended.
    case children
    /// Its list is being read.
    case expansion
    /// Its queue is paused.
    case queuePaused = "queue_paused"
    /// As many jobs of its queue run as may.
    case queueLimit = "queue_limit"
    /// As many jobs with its key run as may.
    case keyLimit = "key_limit"
    /// Every slot is taken.
    case slots
    /// The processors are promised to others.
    case cpu
    /// The memory is promised to others.
    case memory
    /// As many sandboxes are being made as may be at once.
    case starts
    /// Jobs before it in its queue, or the turns of other queues, come first.
    case turn
    /// The daemon begins nothing new.
    case draining
    /// The engine does not answer.
    case engineDown = "engine_down"
    /// There is no daemon that could begin it.
    case noDaemon = "no_daemon"
    /// The wait before its next attempt.
    case backOff = "back_off"
    /// It has a sandbox: being made, at work, being ended, or being saved.
    case live
}
