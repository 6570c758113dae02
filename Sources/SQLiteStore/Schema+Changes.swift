extension Schema {
    /// Step 0004: the files that a job has changed.
    static let changes = """
        CREATE TABLE file_change (
            job_id TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            -- The order of the paths' bytes, from 0.
            position INTEGER NOT NULL CHECK (position >= 0),
            path TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('added', 'modified', 'deleted')),
            digest TEXT REFERENCES blob(digest),
            problem TEXT,
            PRIMARY KEY (job_id, attempt, position),
            FOREIGN KEY (job_id, attempt) REFERENCES attempt(job_id, number),
            -- What is there was collected, or was not for a reason.
            CHECK ((digest IS NOT NULL) + (problem IS NOT NULL) = (kind <> 'deleted'))
        ) STRICT, WITHOUT ROWID;
        """
}
