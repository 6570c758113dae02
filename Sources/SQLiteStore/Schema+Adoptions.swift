extension Schema {
    /// Step 0002: attempts that outlive the process that began them.
    static let adoptions = """
        -- How many processes have gone on with the attempt after the one that began it: the high half of their epochs.
        ALTER TABLE sandbox ADD COLUMN adoptions INTEGER NOT NULL DEFAULT 0 CHECK (adoptions >= 0);
        -- Why the attempt was given up and the job waits for another one: a stable word.
        ALTER TABLE attempt ADD COLUMN reason TEXT;
        """
}
