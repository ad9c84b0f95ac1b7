/* Asks a server over many connections, each with one request outstanding, and checks every answer.
 *
 *     ask FILE
 *
 * Connects once, a connection a line of FILE, and says so. Then `run SECONDS` on stdin: as many requests as the server
 * answers in that time, and what came of them on stdout, as a line of JSON.
 *
 * A line of FILE has columns between tabs: port, path, subprotocol, what goes first, the text that says that an answer is
 * a good one, the request. With a subprotocol it is a WebSocket, and what goes first is acknowledged before any request.
 * Without one it is HTTP, and what goes first is a header of each POST. In a request every ~000000~ is replaced by a
 * number that no other request of this process has: it asks no more than a million times.
 */

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "websocket.h"

enum { COLUMNS = 6, LATENCIES = 1000000, AT_A_TIME = 512, ANSWER = 1 << 16, REQUEST = 1 << 14 };

struct asker {
    struct socket socket;
    char *columns[COLUMNS];
    bool is_ready;
    bool is_waiting;
    uint64_t asked;
    char *answer; /* what has come of an answer over HTTP */
    size_t length;
};

static struct asker *askers;
static long asker_count, ready, waiting, number;
static int poller;

static uint64_t began, ends;
static bool is_running;
static long answered, refused;
static uint32_t *latencies; /* microseconds */

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static bool has(const char *data, size_t length, const char *text) {
    return memmem(data, length, text, strlen(text));
}

static bool is_websocket(const struct asker *asker) {
    return *asker->columns[2];
}

/* --- Asking ---------------------------------------------------------------------------------------------- */

static void lose(const char *why) {
    fprintf(stderr, "A connection is lost: %s.\n", why);
    exit(1);
}

static void say(struct asker *asker, const char *text) {
    if (!send_frame(&asker->socket, TEXT, text, strlen(text))) lose("a frame does not go out");
}

static void post(struct asker *asker, const char *body) {
    static char request[REQUEST];
    int length = snprintf(request, sizeof request,
                          "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n%s\r\n"
                          "Content-Length: %zu\r\n\r\n%s",
                          asker->columns[1], asker->columns[3], strlen(body), body);
    if (length >= (int)sizeof request || send(asker->socket.fd, request, (size_t)length, MSG_NOSIGNAL) != length)
        lose("a request does not go out");
}

static void ask(struct asker *asker) {
    if (++number == LATENCIES) lose("all numbers are used up");
    for (char *at = asker->columns[5]; (at = strchr(at, '~')) && strspn(at + 1, "0123456789") == 6 && at[7] == '~';) {
        char digits[8];
        snprintf(digits, sizeof digits, "%06ld", number);
        memcpy(at + 1, digits, 6);
        at += 8;
    }
    asker->is_waiting = true;
    waiting++;
    asker->asked = now();
    if (is_websocket(asker)) say(asker, asker->columns[5]);
    else post(asker, asker->columns[5]);
}

static int by_value(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void report(void) {
    qsort(latencies, (size_t)answered, sizeof *latencies, by_value);
    printf("{\"answered\": %ld, \"refused\": %ld, \"seconds\": %.6f, \"p50_us\": %u, \"p99_us\": %u}\n", answered, refused,
           (double)(now() - began) / 1e9, answered ? latencies[answered / 2] : 0,
           answered ? latencies[answered * 99 / 100] : 0);
    is_running = false;
}

static void take_answer(struct asker *asker, const char *data, size_t length) {
    if (!asker->is_waiting) return;
    asker->is_waiting = false;
    waiting--;
    if (has(data, length, asker->columns[4])) {
        latencies[answered++] = (uint32_t)((now() - asker->asked) / 1000);
    } else if (!refused++) {
        fprintf(stderr, "%.*s\n", (int)length, data);
    }
    if (now() < ends) ask(asker);
    else if (!waiting) report();
}

/* --- A connection ---------------------------------------------------------------------------------------- */

static void settle(struct asker *asker) {
    asker->is_ready = true;
    if (++ready == asker_count) printf("{\"connections\": %ld}\n", ready);
}

static void take_frame(void *owner, int opcode, char *payload, size_t length) {
    struct asker *asker = owner;
    if (opcode == 0) say(asker, asker->columns[3]);
    else if (opcode == PING && !send_frame(&asker->socket, PONG, payload, length)) lose("a pong does not go out");
    else if (opcode == CLOSE) lose("the server closed it");
    else if (opcode != TEXT && opcode != BINARY) return;
    else if (!asker->is_ready && has(payload, length, "\"connection_ack\"")) settle(asker);
    else if (has(payload, length, "\"ping\"")) say(asker, "{\"type\":\"pong\"}");
    else if (!has(payload, length, "\"complete\"")) take_answer(asker, payload, length);
}

/* The bytes of the answer that is there, or 0 if its end is not. */
static size_t whole_answer(const char *data, size_t length) {
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    for (const char *line = data; line < end; line = (const char *)memchr(line, '\n', (size_t)(end + 4 - line)) + 1) {
        if (strncasecmp(line, "content-length:", 15)) continue;
        size_t size = (size_t)(end + 4 - data) + strtoul(line + 15, NULL, 10);
        return size <= length ? size : 0;
    }
    lose("an answer without a length");
    return 0;
}

static void receive_answer(struct asker *asker) {
    if (asker->length == ANSWER) lose("an answer is too long");
    ssize_t count = recv(asker->socket.fd, asker->answer + asker->length, ANSWER - asker->length, 0);
    if (count <= 0) lose("the server closed it");
    asker->length += (size_t)count;
    size_t size = whole_answer(asker->answer, asker->length);
    if (!size) return;
    asker->length = 0; /* nothing follows before the next request */
    take_answer(asker, asker->answer, size);
}

static void serve(struct asker *asker, uint32_t events) {
    if (events & EPOLLOUT) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = asker};
        epoll_ctl(poller, EPOLL_CTL_MOD, asker->socket.fd, &event);
        if (!is_websocket(asker)) settle(asker);
        else if (!upgrade(&asker->socket, atoi(asker->columns[0]), asker->columns[1], asker->columns[2])) lose("no upgrade");
    } else if (!is_websocket(asker)) {
        receive_answer(asker);
    } else if (!receive_frames(&asker->socket, take_frame, asker)) {
        lose("the server closed it");
    }
}

/* --- Commands -------------------------------------------------------------------------------------------- */

static void connect_all(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    askers = calloc(AT_A_TIME, sizeof *askers);
    latencies = malloc(LATENCIES * sizeof *latencies);
    if (!askers || !latencies) fail("malloc");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    for (; (length = getline(&line, &size, file)) > 0; asker_count++) {
        if (asker_count == AT_A_TIME) lose("there are too many of them");
        struct asker *asker = &askers[asker_count];
        line[strcspn(line, "\n")] = 0;
        char *rest = strdup(line);
        asker->answer = malloc(ANSWER);
        if (!rest || !asker->answer) fail("malloc");
        for (int column = 0; column < COLUMNS; column++) {
            asker->columns[column] = strsep(&rest, "\t");
            if (!asker->columns[column]) lose("a line has too few columns");
        }
        asker->socket.fd = connect_to(atoi(asker->columns[0]));
        struct epoll_event event = {.events = EPOLLOUT, .data.ptr = asker};
        epoll_ctl(poller, EPOLL_CTL_ADD, asker->socket.fd, &event);
    }
    free(line);
    fclose(file);
}

static bool obey(void) {
    char line[64];
    ssize_t length = read(STDIN_FILENO, line, sizeof line - 1);
    if (length <= 0) return false;
    line[length] = 0;
    double seconds;
    if (sscanf(line, "run %lf", &seconds) != 1 || ready < asker_count || is_running) {
        fprintf(stderr, "not now, or no such command: %s", line);
        exit(2);
    }
    answered = refused = 0;
    is_running = true;
    began = now();
    ends = began + (uint64_t)(seconds * 1e9);
    for (long i = 0; i < asker_count; i++) ask(&askers[i]);
    return true;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    setlinebuf(stdout);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event told = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &told);
    connect_all(argv[1]);
    struct epoll_event events[AT_A_TIME];
    for (;;) {
        int count = epoll_wait(poller, events, AT_A_TIME, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr) serve(events[i].data.ptr, events[i].events);
            else if (!obey()) return 0;
        }
    }
}
