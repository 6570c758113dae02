// Files, folders and mounts.
#define _GNU_SOURCE
#include "prober.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char content[256 << 10];

// read PATH: whether anything can be read from it.
static void read_some(char **words, int count) {
    (void)count;
    char byte[2];
    long length = read_file(words[0], byte, sizeof byte);
    seen_result(length, length > 0 ? "readable" : "empty");
}

// open FLAGS PATH…: the first that there is, opened and closed again, neither read nor written.
static void open_only(char **words, int count) {
    int file = -1;
    for (int index = 1; index < count && (index == 1 || (file < 0 && errno == ENOENT)); index++)
        file = open(words[index], (int)number(words[0]) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    seen_result(file, "opened");
    if (file >= 0) close(file);
}

// write PATH TEXT
static void write_text(char **words, int count) {
    (void)count;
    int file = open(words[0], O_WRONLY | O_CLOEXEC);
    seen_result(file < 0 ? -1 : write(file, words[1], strlen(words[1])), "written");
    if (file >= 0) close(file);
}

// create PATH: a new file, removed at once.
static void create(char **words, int count) {
    (void)count;
    int file = open(words[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    seen_result(file, "created");
    if (file < 0) return;
    close(file);
    unlink(words[0]);
}

// link PATH: whether it can be read as a link.
static void link_only(char **words, int count) {
    (void)count;
    char target[256];
    seen_result(readlink(words[0], target, sizeof target), "readable");
}

// target PATH: where a link leads, up to a colon.
static void target(char **words, int count) {
    (void)count;
    char text[256];
    ssize_t length = readlink(words[0], text, sizeof text - 1);
    if (length < 0) return seen_result(-1, "");
    text[length] = 0;
    text[strcspn(text, ":")] = 0;
    seen("%s", text);
}

// exists PATH
static void exists(char **words, int count) {
    (void)count;
    seen_result(access(words[0], F_OK), "exists");
}

// names FOLDER: all of them, `none` if it is empty.
static void names(char **words, int count) {
    (void)count;
    DIR *folder = opendir(words[0]);
    if (!folder) return seen_result(-1, "");
    char text[ANSWER_BYTES];
    int length = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (length < ANSWER_BYTES - 300) length += snprintf(text + length, 300, "%s%s", length ? " " : "", entry->d_name);
    }
    closedir(folder);
    seen("%s", length ? text : "none");
}

// value PATH…: the first line of the first that can be opened.
static void value(char **words, int count) {
    long length = -1;
    for (int index = 0; index < count && length < 0; index++) length = read_file(words[index], content, ANSWER_BYTES);
    if (length < 0) return seen_result(-1, "");
    content[strcspn(content, "\n")] = 0;
    seen("%s", content);
}

// lines PATH HEADER: how many there are after so many lines of a header.
static void lines(char **words, int count) {
    (void)count;
    if (read_file(words[0], content, sizeof content) < 0) return seen_result(-1, "");
    long found = -(long)number(words[1]);
    for (char *at = content; (at = strchr(at, '\n')); at++) found++;
    seen("%ld", found);
}

static int is_beneath(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

// The mount point and the options, of the mount and of the file system, on a line of mountinfo.
static int parse_mount(char *line, char **point, char **options, char **all) {
    char *words[64];
    int count = 0;
    for (char *word; count < 64 && (word = strsep(&line, " ")); count++) words[count] = word;
    if (count < 10) return -1;
    *point = words[4];
    *options = words[5];
    *all = words[count - 1];
    return 0;
}

// mounts all|writable: the mount points that are not beneath /proc, /sys and /dev.
static void mounts(char **words, int count) {
    (void)count;
    if (read_file("/proc/self/mountinfo", content, sizeof content) < 0) return seen_result(-1, "");
    char text[ANSWER_BYTES];
    int length = 0;
    for (char *rest = content, *line; (line = strsep(&rest, "\n")) && *line;) {
        char *point, *options, *all;
        if (parse_mount(line, &point, &options, &all) < 0) continue;
        if (is_beneath(point, "/proc") || is_beneath(point, "/sys") || is_beneath(point, "/dev")) continue;
        if (strcmp(words[0], "writable") == 0 && strncmp(options, "rw", 2) != 0) continue;
        if (length < ANSWER_BYTES - 300) length += snprintf(text + length, 300, "%s%s", length ? " " : "", point);
    }
    seen("%s", length ? text : "none");
}

// mount POINT: its options, and those of its file system.
static void mount_options(char **words, int count) {
    (void)count;
    if (read_file("/proc/self/mountinfo", content, sizeof content) < 0) return seen_result(-1, "");
    for (char *rest = content, *line; (line = strsep(&rest, "\n")) && *line;) {
        char *point, *options, *all;
        if (parse_mount(line, &point, &options, &all) == 0 && strcmp(point, words[0]) == 0)
            return seen("%s %s", options, all);
    }
    seen("not mounted");
}

// exec ID PATH: a copy of this program, executed.
static void execute(char **words, int count) {
    (void)count;
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to = open(words[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    if (from < 0 || to < 0) return seen_failed("open");
    ssize_t part;
    while ((part = read(from, content, sizeof content)) > 0)
        if (write(to, content, (size_t)part) != part) return seen_failed("write");
    close(from);
    close(to);
    char *arguments[] = {"caisson-probe", "executed", words[0], words[1], NULL};
    execve(words[1], arguments, environ);
    seen_result(-1, "");
    unlink(words[1]);
}

// map PATH: a new file, mapped as a program's code is.
static void map(char **words, int count) {
    (void)count;
    int file = open(words[0], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (file < 0) return seen_failed("open");
    if (write(file, content, 4096) != 4096) seen_failed("write");
    else seen_result((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0), "mapped");
    close(file);
    unlink(words[0]);
}

const struct verb file_verbs[] = {
    {"read", 1, read_some}, {"open", 2, open_only}, {"write", 2, write_text}, {"create", 1, create}, {"link", 1, link_only}, {"target", 1, target},
    {"exists", 1, exists}, {"names", 1, names}, {"value", 1, value}, {"lines", 2, lines}, {"mounts", 1, mounts},
    {"mount", 1, mount_options}, {"exec", 2, execute}, {"map", 1, map}, {0}};
