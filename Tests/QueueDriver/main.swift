// Measures the store and the scheduler without an engine, and prints one JSON object of numbers. For Scripts/bench only.
//
//   queue-driver FOLDER transitions JOBS CALLERS     every transition of JOBS jobs, by so many callers at once
//   queue-driver FOLDER drain JOBS SLOTS             a graph of JOBS nodes to its end, on an engine that takes no time
//   queue-driver FOLDER submit NODES                 a graph is checked and accepted
//   queue-driver FOLDER list JOBS                    pages of a list among JOBS jobs that have ended
//   queue-driver FOLDER plan JOBS                    plans with JOBS ready jobs
//
// FOLDER is made if it is not there, and must hold nothing yet.
import Foundation
import Model
import Ports

let words = Array(CommandLine.arguments.dropFirst())
let numbers = words.dropFirst(2).compactMap(Int.init)
// Exit statuses as sysexits.h has them.
guard words.count >= 3, numbers.count == words.count - 2 else { exit(64) }
let bench = try QueueBench(folder: words[0])
let result: [String: Double]
switch (words[1], numbers.count) {
case ("transitions", 2): result = try await bench.transitions(jobs: numbers[0], callers: numbers[1])
case ("drain", 2): result = try await bench.drain(jobs: numbers[0], slots: numbers[1])
case ("submit", 1): result = try await bench.submit(nodes: numbers[0])
case ("list", 1): result = try await bench.list(jobs: numbers[0])
case ("plan", 1): result = try await bench.plan(jobs: numbers[0])
default: exit(64)
}
let line = try JSONEncoder().encode(result) + Data("\n".utf8)
try FileHandle.standardOutput.write(contentsOf: line)
