extension Schema {
    /// Step 0003: names of images.
    static let images = """
        CREATE TABLE image (
            name TEXT NOT NULL PRIMARY KEY
                CHECK (length(name) <= 63 AND name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9._-]*'),
            -- The image itself: what its reference means later does not count.
            image_id TEXT NOT NULL CHECK (
                image_id GLOB 'sha256:*' AND length(image_id) = 71 AND substr(image_id, 8) NOT GLOB '*[^0-9a-f]*'),
            source TEXT NOT NULL,
            -- NULL if the engine had the image before: then it is not ours to remove.
            loaded_tag TEXT,
            size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
            added_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
