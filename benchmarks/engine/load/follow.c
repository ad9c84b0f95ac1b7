/* Follows rooms over many WebSockets, and checks that each gets every numbered event once and in order.
 *
 *     follow STAMPS
 *
 * An event's number stands in its text as ~000123~. STAMPS is a file of 64-bit times in nanoseconds (CLOCK_MONOTONIC)
 * at which whoever publishes notes when event n began its way, at index n. What to do comes by stdin, what came of it
 * goes to stdout as a line of JSON:
 *
 *     connect FILE AT_ONCE SECONDS   one socket a line of FILE, AT_ONCE of them under way
 *     wait NUMBER SECONDS            until every socket has event NUMBER
 *     report                         what was counted since the last report
 *     pause | resume                 stop reading, all of them; go on
 *     drop                           reset all connections
 *
 * A line of FILE has columns between tabs: port, path, subprotocol (or nothing), the text that says that all is set up
 * (or nothing: the handshake does), what to say at first, what to say when that has been acknowledged ...
 *
 * The sample in a report is what the first socket was sent last, a byte a character.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "websocket.h"

/* As many numbers as six digits have. */
enum { COLUMNS = 8, NUMBERS = 1000000, LATENCIES = 1 << 22, AT_A_TIME = 512, FOLLOWERS = 1 << 16, FRAME = 1 << 16 };

struct follower {
    struct socket socket;
    char *line; /* the columns point into it */
    char *columns[COLUMNS];
    bool is_ready;
    bool is_lost;
    long next; /* the event that has to come; 0 before the first one, which may be any */
};

static struct follower *followers;
static long follower_count, started, settled, at_once;
static bool is_paused;
static int poller;
static const uint64_t *stamps;

static long deliveries, shortest, longest, missing, repeated, lost, refused;
static uint32_t *latencies; /* microseconds */
static long latency_count;
static unsigned char sample[FRAME]; /* a longer one is not received */
static size_t sample_length;

static enum { IDLE, CONNECTING, WAITING } task;
static uint64_t task_began, deadline;
static long target, behind;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void *must(void *memory, const char *what) {
    if (!memory || memory == MAP_FAILED) {
        perror(what);
        exit(1);
    }
    return memory;
}

static bool has(const char *payload, size_t length, const char *text) {
    return memmem(payload, length, text, strlen(text));
}

static void begin(double seconds) {
    task_began = now();
    deadline = task_began + (uint64_t)(seconds * 1e9);
}

static void end(const char *event) {
    printf("{\"event\": \"%s\", \"seconds\": %.6f, \"connections\": %ld, \"behind\": %ld, \"lost\": %ld}\n", event,
           (double)(now() - task_began) / 1e9, settled, behind, lost);
    task = IDLE;
}

/* --- A connection --------------------------------------------------------------------------------------- */

static void start_next(void) {
    struct follower *follower = &followers[started++];
    follower->socket.fd = connect_to(atoi(follower->columns[0]));
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = follower};
    epoll_ctl(poller, EPOLL_CTL_ADD, follower->socket.fd, &event);
}

static void settle(struct follower *follower) {
    follower->is_ready = true;
    settled++;
    if (started < follower_count) start_next();
    else if (task == CONNECTING && settled == follower_count) end("connected");
}

static void lose(struct follower *follower) {
    if (follower->is_lost) return;
    drop(&follower->socket);
    follower->is_lost = true;
    lost++;
    if (!follower->is_ready) settle(follower);
}

static void say(struct follower *follower, const char *text) {
    if (follower->socket.fd >= 0 && !send_frame(&follower->socket, TEXT, text, strlen(text))) lose(follower);
}

static void say_rest(struct follower *follower) {
    for (int at = 5; at < COLUMNS && follower->columns[at]; at++) say(follower, follower->columns[at]);
}

static void take_event(struct follower *follower, long number, const char *payload, size_t length) {
    if (latency_count < LATENCIES && stamps[number]) {
        uint64_t time = now();
        latencies[latency_count++] = time < stamps[number] ? 0 : (uint32_t)((time - stamps[number]) / 1000);
    }
    deliveries++;
    if (!shortest || (long)length < shortest) shortest = (long)length;
    if ((long)length > longest) longest = (long)length;
    if (follower == followers) memcpy(sample, payload, sample_length = length);
    long expected = follower->next ? follower->next : number;
    if (number < expected) {
        repeated++;
        return;
    }
    missing += number - expected;
    if (task == WAITING && follower->next <= target && number >= target && --behind == 0) {
        follower->next = number + 1;
        end("reached");
        return;
    }
    follower->next = number + 1;
}

static long number_in(const char *payload, size_t length) {
    if (length < 8) return -1;
    const char *at = payload, *last = payload + length - 8;
    while (at <= last && (at = memchr(at, '~', (size_t)(last - at + 1)))) {
        if (at[7] == '~' && strspn(at + 1, "0123456789") == 6) return atol(at + 1);
        at++;
    }
    return -1;
}

static void take_text(struct follower *follower, const char *payload, size_t length) {
    long number = number_in(payload, length);
    const char *settled_by = follower->columns[3];
    bool is_graphql = *follower->columns[2];
    if (number >= 0) {
        if (is_graphql && !has(payload, length, "\"next\"")) refused++;
        take_event(follower, number, payload, length);
    } else if (has(payload, length, "\"connection_ack\"")) {
        say_rest(follower);
    } else if (has(payload, length, "\"ping\"")) {
        say(follower, "{\"type\":\"pong\"}");
    } else if (is_graphql && (has(payload, length, "\"error\"") || has(payload, length, "\"errors\""))) {
        fprintf(stderr, "%.*s\n", (int)length, payload);
        refused++;
    }
    if (!follower->is_ready && *settled_by && has(payload, length, settled_by)) settle(follower);
}

static void take_frame(void *owner, int opcode, char *payload, size_t length) {
    struct follower *follower = owner;
    switch (opcode) {
    case 0:
        if (follower->columns[4] && *follower->columns[4]) say(follower, follower->columns[4]);
        if (!*follower->columns[3]) settle(follower);
        break;
    case TEXT:
        take_text(follower, payload, length);
        break;
    case BINARY: /* the same text, where a server prefers to say it so */
        take_text(follower, payload, length);
        break;
    case PING:
        if (!send_frame(&follower->socket, PONG, payload, length)) lose(follower);
        break;
    case CLOSE:
        lose(follower);
        break;
    }
}

static void serve(struct follower *follower, uint32_t events) {
    if (follower->is_lost) return;
    if (events & EPOLLOUT && !follower->socket.is_upgraded) {
        char **columns = follower->columns;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = follower};
        epoll_ctl(poller, EPOLL_CTL_MOD, follower->socket.fd, &event);
        if (!upgrade(&follower->socket, atoi(columns[0]), columns[1], columns[2])) lose(follower);
    } else if (!receive_frames(&follower->socket, take_frame, follower)) {
        lose(follower);
    }
}

/* --- Commands -------------------------------------------------------------------------------------------- */

static void read_lines(const char *path) {
    FILE *file = must(fopen(path, "r"), path);
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    /* In one place before any of them is connected: what waits for events points there. */
    followers = must(calloc(FOLLOWERS, sizeof *followers), "calloc");
    for (follower_count = 0; (length = getline(&line, &size, file)) > 0; follower_count++) {
        if (follower_count == FOLLOWERS) {
            fprintf(stderr, "%s has more than %d lines\n", path, FOLLOWERS);
            exit(2);
        }
        struct follower *follower = &followers[follower_count];
        line[strcspn(line, "\n")] = 0;
        char *rest = follower->line = must(strdup(line), "strdup");
        for (int column = 0; column < COLUMNS && rest; column++) follower->columns[column] = strsep(&rest, "\t");
        follower->socket.fd = -1;
    }
    free(line);
    fclose(file);
}

static void drop_all(void) {
    for (long i = 0; i < follower_count; i++) {
        drop(&followers[i].socket);
        free(followers[i].line);
    }
    free(followers);
    followers = NULL;
    follower_count = started = settled = lost = 0;
}

static void pause_all(bool paused) {
    is_paused = paused;
    for (long i = 0; i < follower_count; i++) {
        struct epoll_event event = {.events = paused ? 0 : EPOLLIN, .data.ptr = &followers[i]};
        if (!followers[i].is_lost) epoll_ctl(poller, EPOLL_CTL_MOD, followers[i].socket.fd, &event);
    }
}

static int by_value(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void report(void) {
    qsort(latencies, (size_t)latency_count, sizeof *latencies, by_value);
    uint32_t p50 = latency_count ? latencies[latency_count / 2] : 0;
    uint32_t p99 = latency_count ? latencies[latency_count * 99 / 100] : 0;
    uint32_t most = latency_count ? latencies[latency_count - 1] : 0;
    printf("{\"event\": \"report\", \"deliveries\": %ld, \"shortest\": %ld, \"longest\": %ld, \"missing\": %ld, "
           "\"repeated\": %ld, \"lost\": %ld, \"refused\": %ld, \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u, "
           "\"sample\": \"",
           deliveries, shortest, longest, missing, repeated, lost, refused, p50, p99, most);
    for (size_t i = 0; i < sample_length; i++) printf("\\u%04x", sample[i]);
    printf("\"}\n");
    deliveries = shortest = longest = missing = repeated = refused = latency_count = 0;
    sample_length = 0;
}

static void obey(char *line) {
    char path[4096];
    double seconds;
    if (sscanf(line, "connect %4095s %ld %lf", path, &at_once, &seconds) == 3) {
        read_lines(path);
        task = CONNECTING;
        begin(seconds);
        for (long i = 0; i < at_once && started < follower_count; i++) start_next();
    } else if (sscanf(line, "wait %ld %lf", &target, &seconds) == 2) {
        begin(seconds);
        behind = 0;
        for (long i = 0; i < follower_count; i++) behind += followers[i].next <= target;
        task = WAITING;
        if (!behind) end("reached");
    } else if (!strcmp(line, "report")) {
        report();
    } else if (!strcmp(line, "pause") || !strcmp(line, "resume")) {
        pause_all(line[0] == 'p');
        printf("{\"event\": \"%sd\"}\n", line);
    } else if (!strcmp(line, "drop")) {
        drop_all();
        printf("{\"event\": \"dropped\"}\n");
    } else {
        fprintf(stderr, "no such command: %s\n", line);
        exit(2);
    }
}

static bool read_commands(void) {
    static char pending[1 << 14];
    static size_t length;
    ssize_t count = read(STDIN_FILENO, pending + length, sizeof pending - 1 - length);
    if (count <= 0) return false;
    length += (size_t)count;
    char *end_of_line;
    while ((end_of_line = memchr(pending, '\n', length))) {
        *end_of_line = 0;
        obey(pending);
        length -= (size_t)(end_of_line + 1 - pending);
        memmove(pending, end_of_line + 1, length);
    }
    return true;
}

static void prepare(const char *path) {
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    stamps = must(mmap(NULL, NUMBERS * sizeof *stamps, PROT_READ, MAP_SHARED, fd, 0), path);
    latencies = must(malloc(LATENCIES * sizeof *latencies), "malloc");
    setlinebuf(stdout);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s STAMPS\n", argv[0]);
        return 2;
    }
    prepare(argv[1]);
    struct epoll_event events[AT_A_TIME];
    for (;;) {
        int count = epoll_wait(poller, events, AT_A_TIME, task == IDLE ? -1 : 100);
        bool is_told = false;
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr) serve(events[i].data.ptr, events[i].events);
            else is_told = true;
        }
        /* Last: a command may drop what the other events are about. */
        if (is_told && !read_commands()) return 0;
        if (task != IDLE && now() > deadline) end("late");
    }
}
