// DockerEngine: a typed client of the few Engine calls that one job needs, and the sandboxes made with it.
// It must not offer exec, archive, build or a bind mount, decide what a job's end means, or write to the job store except
// for the name of the verified cell volume.
