// Documents: what people write in YAML or JSON, read into values, with pointer, line and column in every mistake. It must not
// do any I/O: it gets bytes, and names of files that it never opens.
