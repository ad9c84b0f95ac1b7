/* The floor: the least that a server can do for an event, one send() for each socket that follows its room.
 *
 * PORT and REDIS_URL are in its environment, and it speaks as much of graphql-transport-ws as its followers do here.
 * It checks nothing, knows nobody, and waits for nobody: what a socket does not take at once is lost.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOMS = 1024, SOCKETS = 1 << 16, REQUEST = 2048, AT_A_TIME = 256, MASKED_HEAD = 6, FRAME = 1 << 16 };

#define ACCEPTED                                                                                                       \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
#define BEFORE_CURSOR "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"roomEvents\":{"
#define BEFORE_MESSAGE "\"event\":{\"__typename\":\"MessageSent\","
#define AFTER_MESSAGE "}}}}"

struct room {
    int *followers;
    int count;
};

struct client {
    bool is_upgraded;
    size_t length;
    unsigned char said[REQUEST]; /* and not understood yet */
};

static struct room rooms[ROOMS];
static struct client *clients[SOCKETS]; /* by their descriptor */
static int poller, listener, redis;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void refuse(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void watch(int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static size_t write_head(unsigned char *frame, size_t size) {
    frame[0] = 0x81;
    if (size < 126) {
        frame[1] = (unsigned char)size;
        return 2;
    }
    frame[1] = 126;
    frame[2] = (unsigned char)(size >> 8);
    frame[3] = (unsigned char)size;
    return 4;
}

static void say(int fd, const char *text) {
    unsigned char frame[128];
    size_t size = strlen(text), head = write_head(frame, size);
    memcpy(frame + head, text, size);
    send(fd, frame, head + size, MSG_NOSIGNAL);
}

/* --- What a client says ----------------------------------------------------------------------------------- */

static void follow(int fd, int number) {
    if (number >= ROOMS) refuse("a room beyond the last");
    struct room *room = &rooms[number];
    if (!room->count) {
        char command[64];
        int length = snprintf(command, sizeof command, "SUBSCRIBE bench.room.%d\r\n", number);
        if (send(redis, command, (size_t)length, MSG_NOSIGNAL) != length) fail("SUBSCRIBE");
    }
    room->followers = realloc(room->followers, sizeof(int) * (size_t)(room->count + 1));
    if (!room->followers) fail("realloc");
    room->followers[room->count++] = fd;
}

static void forget(int fd) {
    for (int number = 0; number < ROOMS; number++) {
        struct room *room = &rooms[number];
        for (int i = 0; i < room->count; i++)
            if (room->followers[i] == fd) room->followers[i--] = room->followers[--room->count];
    }
    free(clients[fd]);
    clients[fd] = NULL;
    close(fd);
}

static void hear(int fd, char *text) {
    char *room = strstr(text, "\"room\"");
    if (strstr(text, "\"connection_init\"")) say(fd, "{\"type\":\"connection_ack\"}");
    else if (strstr(text, "\"ping\"")) say(fd, "{\"type\":\"pong\"}");
    else if ((room = strstr(text, "\"variables\"")) && (room = strpbrk(room, "0123456789"))) follow(fd, atoi(room));
}

/* The bytes of a whole frame at the start of what was said, which has been heard then; 0 without one. */
static size_t hear_frame(int fd, struct client *client) {
    if (client->length < MASKED_HEAD) return 0;
    unsigned char *head = client->said;
    size_t size = head[1] & 0x7f, at = 2;
    if (size == 126) {
        size = (size_t)head[2] << 8 | head[3];
        at = 4;
    }
    if (client->length < at + 4 + size) return 0;
    char text[REQUEST];
    for (size_t i = 0; i < size; i++) text[i] = (char)(head[at + 4 + i] ^ head[at + i % 4]);
    text[size] = 0;
    if ((head[0] & 0x0f) == 1) hear(fd, text);
    return at + 4 + size;
}

static void read_client(int fd) {
    struct client *client = clients[fd];
    ssize_t count = recv(fd, client->said + client->length, REQUEST - client->length, 0);
    if (count <= 0) {
        forget(fd);
        return;
    }
    client->length += (size_t)count;
    while (client->length) {
        size_t used = 0;
        if (client->is_upgraded) {
            used = hear_frame(fd, client);
        } else {
            unsigned char *end = memmem(client->said, client->length, "\r\n\r\n", 4);
            if (end) {
                used = (size_t)(end + 4 - client->said);
                client->is_upgraded = true;
                send(fd, ACCEPTED, strlen(ACCEPTED), MSG_NOSIGNAL);
            }
        }
        if (!used) return;
        client->length -= used;
        memmove(client->said, client->said + used, client->length);
    }
}

static void accept_client(void) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    clients[fd] = calloc(1, sizeof *clients[fd]);
    if (!clients[fd]) fail("calloc");
    watch(fd);
}

/* --- What Redis says ---------------------------------------------------------------------------------------- */

static void deliver(int number, char *event, size_t size) {
    static unsigned char body[FRAME], frame[FRAME + 4];
    char *message = memmem(event, size, "\"message\":", 10);
    if (!message || number >= ROOMS) return;
    int length = snprintf((char *)body, sizeof body, BEFORE_CURSOR "%.*s" BEFORE_MESSAGE "%.*s" AFTER_MESSAGE,
                          (int)(message - event - 1), event + 1, (int)(event + size - message), message);
    if (length >= (int)sizeof body) refuse("an event is longer than a frame can be");
    size_t head = write_head(frame, (size_t)length);
    memcpy(frame + head, body, (size_t)length);
    struct room *room = &rooms[number];
    for (int i = 0; i < room->count; i++) send(room->followers[i], frame, head + (size_t)length, MSG_NOSIGNAL);
}

/* A RESP bulk string at `at`: where it begins, and its length; NULL if its end is not there. */
static char *bulk(char **at, char *end, size_t *size) {
    char *line = memmem(*at, (size_t)(end - *at), "\r\n", 2);
    if (!line || **at != '$') return NULL;
    *size = (size_t)atol(*at + 1);
    char *begin = line + 2;
    size_t there = (size_t)(end - begin);
    if (there < 2 || *size > there - 2) return NULL;
    *at = begin + *size + 2;
    return begin;
}

static void read_redis(void) {
    static char said[1 << 20];
    static size_t length;
    ssize_t count = recv(redis, said + length, sizeof said - length, 0);
    if (count <= 0) fail("Redis");
    length += (size_t)count;
    char *at = said, *end = said + length;
    while (at < end) {
        /* "*3", its kind, the channel; of a message its text, of an answer to SUBSCRIBE a number */
        char *next = memmem(at, (size_t)(end - at), "\r\n", 2), *kind, *channel, *text;
        size_t kind_size, channel_size, size;
        if (!next) break;
        next += 2;
        if (!(kind = bulk(&next, end, &kind_size)) || !(channel = bulk(&next, end, &channel_size))) break;
        if (kind_size == 7 && !memcmp(kind, "message", 7)) {
            if (!(text = bulk(&next, end, &size))) break;
            deliver(atoi(channel + strlen("bench.room.")), text, size);
        } else {
            if (!(next = memmem(next, (size_t)(end - next), "\r\n", 2))) break;
            next += 2;
        }
        at = next;
    }
    length = (size_t)(end - at);
    memmove(said, at, length);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int main(void) {
    const char *port = getenv("PORT"), *url = getenv("REDIS_URL");
    const char *redis_port = url ? strrchr(url, ':') : NULL;
    if (!port || !redis_port) {
        fprintf(stderr, "PORT and REDIS_URL are to be in the environment\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < SOCKETS ? files.rlim_max : SOCKETS;
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct sockaddr_in here = loopback(atoi(port)), there = loopback(atoi(redis_port + 1));
    redis = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(redis, (struct sockaddr *)&there, sizeof there)) fail("Redis");
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 1024)) fail("listen");
    watch(listener);
    watch(redis);
    printf("ready\n");
    fflush(stdout);
    struct epoll_event events[AT_A_TIME];
    for (;;) {
        int count = epoll_wait(poller, events, AT_A_TIME, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) accept_client();
            else if (fd == redis) read_redis();
            else if (clients[fd]) read_client(fd);
        }
    }
}
