// caisson-probe: tries what a sandbox must not let happen, and tells what it saw. It judges nothing: what should have been seen
// is known outside. It must do no harm where nothing holds it back, and undo what it has done to files.
//
// A plan is text, a probe a line: `ID MODE VERB WORD…`. With the mode `fork` a probe that may end its process, or change it, gets
// a process of its own if there may be one. Each line is answered by a line of JSON, `{"probe":ID,"seen":TEXT}`, and the
// plan by `{"answered":COUNT}`.
#define _GNU_SOURCE
#include "prober.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Bytes of a plan.
#define PLAN_BYTES (256 << 10)
// A probe that waits for ever ends by this signal, in a process of its own.
#define PATIENCE_SECONDS 3

static const char *current = "";

static void write_all(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(1, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) _exit(3);
        bytes += written;
        count -= (size_t)written;
    }
}

void seen(const char *format, ...) {
    char text[ANSWER_BYTES], line[3 * ANSWER_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int length = snprintf(line, ANSWER_BYTES, "{\"probe\":\"%s\",\"seen\":\"", current);
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\') line[length++] = '\\';
        line[length++] = *at < ' ' || *at > '~' ? '?' : *at;
    }
    memcpy(line + length, "\"}\n", 3);
    write_all(line, (size_t)length + 3);
}

const char *error_name(int number) {
    const char *name = strerrorname_np(number);
    return name ? name : "an unknown error";
}

void seen_result(long result, const char *word) { seen("%s", result == -1 ? error_name(errno) : word); }

void seen_failed(const char *step) { seen("%s %s", step, error_name(errno)); }

long read_file(const char *path, char *buffer, long size) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return -1;
    long length = 0;
    ssize_t count = 0;
    while (length < size - 1 && (count = read(file, buffer + length, (size_t)(size - 1 - length))) > 0) length += count;
    int error = errno;
    close(file);
    errno = error;
    buffer[length] = 0;
    return length == 0 && count < 0 ? -1 : length;
}

uint64_t number(const char *word) { return *word == '-' ? (uint64_t)strtoll(word, NULL, 0) : strtoull(word, NULL, 0); }

static const struct verb *find(const char *name) {
    const struct verb *const tables[] = {call_verbs, file_verbs, limit_verbs, network_verbs, process_verbs};
    for (size_t index = 0; index < sizeof tables / sizeof *tables; index++)
        for (const struct verb *verb = tables[index]; verb->name; verb++)
            if (strcmp(verb->name, name) == 0) return verb;
    return NULL;
}

static void run_forked(const struct verb *verb, char **words, int count) {
    pid_t child = fork();
    if (child < 0) return verb->run(words, count);
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        verb->run(words, count);
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    const char *signal = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
    if (WIFSIGNALED(status)) seen("killed SIG%s", signal ? signal : "?");
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) seen("exited %d", WEXITSTATUS(status));
}

static int run_line(char *line) {
    char *words[MOST_WORDS];
    int count = 0;
    for (char *rest = line, *word; count < MOST_WORDS && (word = strsep(&rest, " ")); count++) words[count] = word;
    if (count < 3) return -1;
    current = words[0];
    const struct verb *verb = find(words[2]);
    if (!verb || count - 3 < verb->least_words) return -1;
    if (strcmp(words[1], "fork") == 0) run_forked(verb, words + 3, count - 3);
    else verb->run(words + 3, count - 3);
    return 0;
}

static int run_plan(char *plan) {
    int answered = 0;
    for (char *line; (line = strsep(&plan, "\n"));) {
        if (*line == 0) continue;
        if (run_line(line) < 0) {
            fprintf(stderr, "caisson-probe: cannot do \"%s\"\n", line);
            return 2;
        }
        answered++;
    }
    char last[64];
    write_all(last, (size_t)snprintf(last, sizeof last, "{\"answered\":%d}\n", answered));
    return 0;
}

int executed(const char *id, const char *path) {
    current = id;
    unlink(path);
    seen("executed");
    return 0;
}

int main(int count, char **arguments) {
    static char plan[PLAN_BYTES];
    if (count == 4 && strcmp(arguments[1], "executed") == 0) return executed(arguments[2], arguments[3]);
    if (count == 3 && strcmp(arguments[1], "beneath") == 0) return run_beneath(run_plan, arguments[2]);
    if (count == 3 && strcmp(arguments[1], "plan") == 0) return run_plan(arguments[2]);
    if (count == 2 && strcmp(arguments[1], "plan") == 0) {
        long length = 0;
        ssize_t part;
        while (length < PLAN_BYTES - 1 && (part = read(0, plan + length, (size_t)(PLAN_BYTES - 1 - length))) > 0) length += part;
        return run_plan(plan);
    }
    fputs("usage: caisson-probe plan [TEXT]   (else the plan is standard input)\n", stderr);
    return 2;
}
