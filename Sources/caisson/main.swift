import Commands

await Caisson.start()
