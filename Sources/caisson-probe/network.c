// Addresses and interfaces.
#define _GNU_SOURCE
#include "prober.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// How long an answer from an address is waited for.
#define PATIENCE_MILLISECONDS 150

static void await(int socket) {
    struct pollfd waiting = {.fd = socket, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&waiting, 1, PATIENCE_MILLISECONDS) == 0) return seen("sent, unanswered");
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return seen_failed("getsockopt");
    if (error) seen("answered %s", error_name(error));
    else seen("connected");
}

static void reach(int family, int type, const struct sockaddr *address, socklen_t size) {
    int socket_fd = socket(family, type, 0);
    if (socket_fd < 0) return seen_failed("socket");
    fcntl(socket_fd, F_SETFL, O_NONBLOCK);
    if (connect(socket_fd, address, size) == 0) {
        if (type == SOCK_STREAM) seen("connected");
        else if (send(socket_fd, "?", 1, MSG_NOSIGNAL) < 0) seen_failed("send");
        else seen("sent");
    } else if (errno == EINPROGRESS) {
        await(socket_fd);
    } else {
        seen_failed("connect");
    }
    close(socket_fd);
}

// connect tcp|udp ADDRESS PORT
static void connect_to(char **words, int count) {
    (void)count;
    int type = strcmp(words[0], "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    uint16_t port = htons((uint16_t)number(words[2]));
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = port};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = port};
    if (inet_pton(AF_INET, words[1], &four.sin_addr) == 1)
        return reach(AF_INET, type, (struct sockaddr *)&four, sizeof four);
    if (inet_pton(AF_INET6, words[1], &six.sin6_addr) == 1)
        return reach(AF_INET6, type, (struct sockaddr *)&six, sizeof six);
    seen("%s is no address", words[1]);
}

// unix PATH: a stream socket; a path that begins with @ is a name without a file.
static void connect_local(char **words, int count) {
    (void)count;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(words[0]);
    if (length >= sizeof address.sun_path) return seen("the path is too long");
    memcpy(address.sun_path, words[0], length);
    if (*words[0] == '@') address.sun_path[0] = 0;
    reach(AF_UNIX, SOCK_STREAM, (struct sockaddr *)&address,
          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*words[0] != '@')));
}

// interfaces: their names.
static void interfaces(char **words, int count) {
    (void)words, (void)count;
    static char content[8 << 10];
    if (read_file("/proc/net/dev", content, sizeof content) < 0) return seen_result(-1, "");
    char text[ANSWER_BYTES];
    int length = 0, header = 2;
    for (char *rest = content, *line; (line = strsep(&rest, "\n")) && *line;) {
        if (header-- > 0) continue;
        line += strspn(line, " ");
        line[strcspn(line, ":")] = 0;
        if (length < ANSWER_BYTES - 64) length += snprintf(text + length, 64, "%s%s", length ? " " : "", line);
    }
    seen("%s", length ? text : "none");
}

const struct verb network_verbs[] = {
    {"connect", 3, connect_to}, {"unix", 1, connect_local}, {"interfaces", 0, interfaces}, {0}};
