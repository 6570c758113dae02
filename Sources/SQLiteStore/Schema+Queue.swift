extension Schema {
    /// Step 0005, what is made: queues, specs that jobs share, needs between jobs, and the job itself with all that a queue needs.
    ///
    /// Jobs are named by their ordinals among these tables, and by their ids where people and the engine know them. The rows of the old
    /// tables are copied by ``moveJobs(in:)``.
    static let queue = """
        CREATE TABLE queue (
            ordinal INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            name TEXT NOT NULL,
            -- Turns it gets for one of a queue with weight 1.
            weight INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
            -- Jobs of it that run at once, at most.
            job_limit INTEGER CHECK (job_limit >= 0),
            is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
            changed_by TEXT,
            changed_at_ms INTEGER,
            UNIQUE (project, name)
        ) STRICT;
        INSERT INTO queue (ordinal, project, name) VALUES (1, 'default', 'default');

        -- What jobs run, once for all that run the same; beside the whole, what lists and plans need of it.
        CREATE TABLE spec (
            ordinal INTEGER PRIMARY KEY,
            digest TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL,
            image_name TEXT NOT NULL,
            command TEXT NOT NULL,
            effect TEXT NOT NULL CHECK (effect IN ('pure', 'idempotent', 'once')),
            milli_cpus INTEGER NOT NULL,
            memory_bytes INTEGER NOT NULL,
            queue_ms INTEGER NOT NULL,
            total_ms INTEGER NOT NULL
        ) STRICT;

        -- The blobs that a spec names.
        CREATE TABLE spec_blob (
            spec INTEGER NOT NULL REFERENCES spec(ordinal),
            digest TEXT NOT NULL REFERENCES blob(digest),
            PRIMARY KEY (spec, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX spec_blob_digest ON spec_blob(digest);

        -- Blobs that were handed in for a submission to come.
        CREATE TABLE staged_blob (
            digest TEXT NOT NULL PRIMARY KEY REFERENCES blob(digest),
            at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX staged_blob_age ON staged_blob(at_ms);

        CREATE TABLE new_job (
            -- The order in which jobs were accepted, whatever the clock said: newest first is this key backwards.
            ordinal INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 12),
            kind TEXT NOT NULL CHECK (kind IN ('job', 'graph', 'approval', 'map')),
            name TEXT,
            root INTEGER NOT NULL REFERENCES job(ordinal),
            -- The graph, fan-out or job that it was made for; NULL of a root alone.
            parent INTEGER,
            -- Of a member of a fan-out: its place in the list, from 0.
            position INTEGER CHECK (position >= 0),
            state TEXT NOT NULL CHECK (state IN (
                'pending', 'waiting', 'ready', 'leased', 'running', 'stopping', 'finalizing', 'retrying',
                'succeeded', 'failed', 'timed_out', 'oom_killed', 'cancelled', 'skipped', 'denied', 'errored')),
            spec INTEGER REFERENCES spec(ordinal),
            -- Of a member of a fan-out: what it finds in /work beside the files of the spec.
            member_digest TEXT REFERENCES blob(digest),
            queue INTEGER NOT NULL REFERENCES queue(ordinal),
            priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
            key TEXT,
            key_limit INTEGER CHECK (key_limit >= 1),
            created_at_ms INTEGER NOT NULL,
            not_before_ms INTEGER,
            -- From when its queue clock and its total clock count.
            ready_at_ms INTEGER,
            -- Of its last lease.
            started_at_ms INTEGER,
            finished_at_ms INTEGER,
            -- When it has to be looked at because time has passed: its time comes, or a clock runs out.
            due_at_ms INTEGER,
            -- A stable word, and the same as a sentence.
            reason TEXT,
            message TEXT,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            tool_attempts INTEGER NOT NULL DEFAULT 0 CHECK (tool_attempts BETWEEN 0 AND attempts),
            -- Needs that are not settled; of a graph or a fan-out, children that have not ended.
            open_needs INTEGER NOT NULL DEFAULT 0 CHECK (open_needs >= 0),
            question TEXT,
            each TEXT,
            -- Of a fan-out: the list of its children's results.
            result_digest TEXT REFERENCES blob(digest),
            is_lending INTEGER NOT NULL DEFAULT 0 CHECK (is_lending IN (0, 1)),
            -- Who said so, why and when, as JSON.
            hold TEXT,
            cancel_request TEXT,
            attention TEXT,
            lineage_kind TEXT CHECK (lineage_kind IN ('retry', 'fork')),
            lineage_of TEXT,
            generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
            -- The job that was made in its place under the same root.
            successor INTEGER,
            CHECK ((finished_at_ms IS NULL) = (state NOT IN (
                'succeeded', 'failed', 'timed_out', 'oom_killed', 'cancelled', 'skipped', 'denied', 'errored'))),
            CHECK (finished_at_ms IS NULL OR due_at_ms IS NULL),
            CHECK ((spec IS NOT NULL) = (kind IN ('job', 'map'))),
            CHECK ((parent IS NULL) = (root = ordinal)),
            CHECK ((key IS NULL) = (key_limit IS NULL)),
            CHECK ((lineage_kind IS NULL) = (lineage_of IS NULL))
        ) STRICT;
        """

    /// What stands on the new table of jobs, once it has its name.
    static let queueIndexes = """
        CREATE INDEX job_root ON job(root);
        CREATE INDEX job_roots ON job(ordinal) WHERE parent IS NULL;
        CREATE INDEX job_parent ON job(parent) WHERE parent IS NOT NULL AND parent <> root;
        CREATE INDEX job_spec ON job(spec) WHERE spec IS NOT NULL;
        CREATE INDEX job_member ON job(member_digest) WHERE member_digest IS NOT NULL;
        CREATE INDEX job_result ON job(result_digest) WHERE result_digest IS NOT NULL;
        -- The order within a queue; the keys, so that what is passed over is not looked up.
        CREATE INDEX job_ready ON job(queue, priority DESC, root, ordinal, key, key_limit)
            WHERE state = 'ready' AND kind = 'job' AND hold IS NULL;
        -- The same by key: from one key to the next, however many jobs have it.
        CREATE INDEX job_ready_key ON job(queue, key, priority DESC, root, ordinal)
            WHERE state = 'ready' AND kind = 'job' AND hold IS NULL;
        CREATE INDEX job_expand ON job(ordinal) WHERE state = 'ready' AND kind = 'map';
        CREATE INDEX job_due ON job(due_at_ms) WHERE due_at_ms IS NOT NULL;
        CREATE INDEX job_live ON job(key) WHERE state IN ('leased', 'running', 'stopping', 'finalizing');
        CREATE INDEX job_open ON job(state, queue) WHERE finished_at_ms IS NULL;
        CREATE INDEX job_ended ON job(state) WHERE finished_at_ms IS NOT NULL;
        CREATE INDEX job_retire ON job(state, finished_at_ms) WHERE parent IS NULL AND finished_at_ms IS NOT NULL;
        CREATE INDEX job_attention ON job(ordinal) WHERE attention IS NOT NULL;
        CREATE INDEX job_held ON job(queue) WHERE hold IS NOT NULL AND finished_at_ms IS NULL;

        CREATE TRIGGER job_stays_ended BEFORE UPDATE OF state, finished_at_ms, reason, message ON job
            WHEN old.finished_at_ms IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a job that has ended does not change'); END;
        CREATE TRIGGER job_is_kept BEFORE DELETE ON job WHEN old.finished_at_ms IS NULL
            BEGIN SELECT RAISE(ABORT, 'a job that has not ended is kept'); END;

        CREATE TABLE job_edge (
            parent INTEGER NOT NULL REFERENCES job(ordinal),
            child INTEGER NOT NULL REFERENCES job(ordinal),
            outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'fail', 'any', 'skipped', 'when')),
            condition TEXT,
            -- NULL until the parent has ended.
            is_met INTEGER CHECK (is_met IN (0, 1)),
            PRIMARY KEY (parent, child),
            CHECK ((condition IS NULL) = (outcome <> 'when'))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX job_edge_child ON job_edge(child);

        CREATE TABLE idempotency (
            project TEXT NOT NULL,
            key TEXT NOT NULL,
            -- Of the submission as it was accepted under the key.
            digest TEXT NOT NULL,
            root INTEGER NOT NULL REFERENCES job(ordinal),
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (project, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_root ON idempotency(root);

        CREATE TABLE event (
            -- Never used again, also when the newest ones are gone.
            ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
            root INTEGER NOT NULL REFERENCES job(ordinal),
            -- From 1, without gaps, for each root.
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            job INTEGER NOT NULL REFERENCES job(ordinal),
            at_ms INTEGER NOT NULL,
            name TEXT NOT NULL,
            attempt INTEGER CHECK (attempt >= 1),
            -- The state of the job from here on, if it moved.
            state TEXT,
            actor TEXT,
            UNIQUE (root, sequence)
        ) STRICT;
        CREATE INDEX event_job ON event(job);

        ALTER TABLE attempt ADD COLUMN outcome TEXT CHECK (outcome IN (
            'succeeded', 'failed', 'timed_out', 'oom_killed', 'cancelled', 'errored'));
        ALTER TABLE attempt ADD COLUMN message TEXT;
        CREATE INDEX attempt_stdout ON attempt(stdout_digest) WHERE stdout_digest IS NOT NULL;
        CREATE INDEX attempt_stderr ON attempt(stderr_digest) WHERE stderr_digest IS NOT NULL;
        CREATE INDEX attempt_result ON attempt(result_digest) WHERE result_digest IS NOT NULL;
        CREATE INDEX artifact_digest ON artifact(digest) WHERE digest IS NOT NULL;
        CREATE INDEX file_change_digest ON file_change(digest) WHERE digest IS NOT NULL;
        """

    /// Made last: what was copied is not moved again.
    static let eventTriggers = """
        CREATE TRIGGER event_stays BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'an event does not change'); END;
        CREATE TRIGGER event_is_kept BEFORE DELETE ON event
            WHEN (SELECT finished_at_ms FROM job WHERE ordinal = old.root) IS NULL
            BEGIN SELECT RAISE(ABORT, 'the events of a job that has not ended are kept'); END;
        """
}
