import ArgumentParser

/// The form of a list.
enum ListForm: String, ExpressibleByArgument, CaseIterable {
    case table, wide, json, jsonl, name, id
}

struct ListFormOption: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The form of the output: table, wide, json, jsonl, name or id.")
    var form = ListForm.table
}
