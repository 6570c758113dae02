import Cell

Cell.main(arguments: CommandLine.arguments)
