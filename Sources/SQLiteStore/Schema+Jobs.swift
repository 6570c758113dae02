extension Schema {
    /// Step 0001: jobs, their attempts and what came of them.
    ///
    /// Times are whole milliseconds since 1970 in UTC, sizes bytes, documents JSON. A final state and its time are set
    /// together. The predicates of partial indexes are literals, as the planner can match no others. JSON is not checked
    /// here: SQLite 3.40 does not let a schema call `json_valid` while `trusted_schema` is off.
    static let jobs = """
        CREATE TABLE installation (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
            id TEXT NOT NULL CHECK (length(id) = 8),
            created_at_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE job (
            -- The order in which jobs were accepted, whatever the clock said: newest first is this key backwards.
            ordinal INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 12),
            state TEXT NOT NULL CHECK (state IN (
                'ready', 'leased', 'running',
                'succeeded', 'failed', 'timed_out', 'oom_killed', 'cancelled', 'errored')),
            spec TEXT NOT NULL,
            spec_digest TEXT NOT NULL,
            created_at_ms INTEGER NOT NULL,
            finished_at_ms INTEGER,
            -- A stable word, and the same as a sentence.
            reason TEXT,
            message TEXT,
            CHECK ((finished_at_ms IS NULL) = (state NOT IN (
                'succeeded', 'failed', 'timed_out', 'oom_killed', 'cancelled', 'errored')))
        ) STRICT;
        CREATE INDEX job_open ON job(ordinal) WHERE finished_at_ms IS NULL;

        CREATE TABLE blob (
            digest TEXT NOT NULL PRIMARY KEY CHECK (digest GLOB 'sha256:*' AND length(digest) = 71),
            size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
            -- NULL when the bytes lie in a file of their own.
            content BLOB CHECK (length(content) = size_bytes)
        ) STRICT;

        CREATE TABLE attempt (
            job_id TEXT NOT NULL REFERENCES job(id),
            number INTEGER NOT NULL CHECK (number >= 1),
            state TEXT NOT NULL CHECK (state IN (
                'creating', 'verified', 'working', 'collected', 'removed', 'lost')),
            profile_digest TEXT NOT NULL,
            created_at_ms INTEGER NOT NULL,
            finished_at_ms INTEGER,
            tool_posture TEXT,
            record TEXT,
            phases TEXT NOT NULL DEFAULT '[]',
            stdout_digest TEXT REFERENCES blob(digest),
            stderr_digest TEXT REFERENCES blob(digest),
            result_digest TEXT REFERENCES blob(digest),
            PRIMARY KEY (job_id, number),
            CHECK ((finished_at_ms IS NULL) = (state NOT IN ('collected', 'removed', 'lost')))
        ) STRICT;
        -- At most one attempt of a job is open.
        CREATE UNIQUE INDEX attempt_open ON attempt(job_id) WHERE finished_at_ms IS NULL;

        CREATE TABLE sandbox (
            job_id TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            container_name TEXT NOT NULL UNIQUE,
            -- What every frame of this sandbox's stream carries, in hexadecimal.
            frame_key TEXT NOT NULL,
            container_id TEXT UNIQUE,
            -- What the engine answered about the container, and what the cell saw from inside.
            posture TEXT,
            attestation TEXT,
            -- NULL while the container may still exist.
            removed_at_ms INTEGER,
            PRIMARY KEY (job_id, attempt),
            FOREIGN KEY (job_id, attempt) REFERENCES attempt(job_id, number)
        ) STRICT;
        CREATE INDEX sandbox_live ON sandbox(job_id, attempt) WHERE removed_at_ms IS NULL;

        CREATE TABLE artifact (
            job_id TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            -- The order in which the artifacts were asked for, from 0.
            position INTEGER NOT NULL CHECK (position >= 0),
            path TEXT NOT NULL,
            digest TEXT REFERENCES blob(digest),
            problem TEXT,
            PRIMARY KEY (job_id, attempt, position),
            FOREIGN KEY (job_id, attempt) REFERENCES attempt(job_id, number),
            CHECK ((digest IS NULL) = (problem IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
            job_id TEXT NOT NULL REFERENCES job(id),
            -- From 1, without gaps, per job.
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            at_ms INTEGER NOT NULL,
            name TEXT NOT NULL,
            attempt INTEGER,
            PRIMARY KEY (job_id, sequence),
            FOREIGN KEY (job_id, attempt) REFERENCES attempt(job_id, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE cell_volume (
            digest TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            verified_at_ms INTEGER NOT NULL
        ) STRICT;
        """
}
