// What the prober's verbs share.
#pragma once
#include <stdint.h>

// Most words of one line of a plan, and bytes of one answer.
#define MOST_WORDS 16
#define ANSWER_BYTES 1024

// One verb: tries what `words` say and tells what it saw, by exactly one of the calls below.
struct verb {
    const char *name;
    int least_words;
    void (*run)(char **words, int count);
};

extern const struct verb call_verbs[];
extern const struct verb file_verbs[];
extern const struct verb limit_verbs[];
extern const struct verb network_verbs[];
extern const struct verb process_verbs[];

// Tells what the current probe saw.
void seen(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The same of a result that is -1 for the error in `errno`: the error's name, else `word`.
void seen_result(long result, const char *word);
// The same, with the name of a step before the error.
void seen_failed(const char *step);
// The name of an error number, as in ENOENT.
const char *error_name(int number);

// The whole content of a file, cut off at `size` - 1, with a 0 at its end; -1 for the error in `errno`.
long read_file(const char *path, char *buffer, long size);
// A number as C writes it, in base 8, 10 or 16; -1 is all bits.
uint64_t number(const char *word);
// A second start of this program, made by an `exec` that should have failed.
int executed(const char *id, const char *path);
// Runs `body` as the child of a process 1 that nobody has confined.
int run_beneath(int (*body)(char *), char *plan);
