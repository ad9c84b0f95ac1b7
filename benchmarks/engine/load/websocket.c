#define _GNU_SOURCE
#include "websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The example of RFC 6455, 1.3. One key is as good as another where both ends are ours. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static const unsigned char mask[4] = {0x12, 0x34, 0x56, 0x78};

/* What one read can take, of all connections in turn. */
static char buffer[1 << 20];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once)) fail("SO_LINGER");
    int one = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one)) fail("TCP_NODELAY");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) fail("connect");
    return fd;
}

static bool send_all(struct socket *socket, const char *data, size_t length) {
    return send(socket->fd, data, length, MSG_NOSIGNAL) == (ssize_t)length;
}

bool upgrade(struct socket *socket, int port, const char *path, const char *subprotocol) {
    char request[1024];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n%s%s%s\r\n",
                          path, port, *subprotocol ? "Sec-WebSocket-Protocol: " : "", subprotocol,
                          *subprotocol ? "\r\n" : "");
    return length < (int)sizeof request && send_all(socket, request, (size_t)length);
}

bool send_frame(struct socket *socket, enum opcode opcode, const char *payload, size_t length) {
    static unsigned char frame[1 << 16];
    size_t at = 0;
    if (length + 8 > sizeof frame) return false;
    frame[at++] = (unsigned char)(0x80 | opcode);
    if (length < 126) {
        frame[at++] = (unsigned char)(0x80 | length);
    } else {
        frame[at++] = 0x80 | 126;
        frame[at++] = (unsigned char)(length >> 8);
        frame[at++] = (unsigned char)length;
    }
    memcpy(frame + at, mask, sizeof mask);
    at += sizeof mask;
    for (size_t i = 0; i < length; i++) frame[at + i] = (unsigned char)payload[i] ^ mask[i % 4];
    return send_all(socket, (char *)frame, at + length);
}

/* The bytes of what comes first in `data`, handed on; 0 if its end is not there, -1 if it is not what it should be. */
static ssize_t take_one(struct socket *socket, char *data, size_t length, frame_handler *handle, void *owner) {
    if (!socket->is_upgraded) {
        char *end = memmem(data, length, "\r\n\r\n", 4);
        if (!end) return 0;
        if (memcmp(data, "HTTP/1.1 101", 12)) return -1;
        socket->is_upgraded = true;
        handle(owner, 0, data, 0);
        return end + 4 - data;
    }
    unsigned char *head = (unsigned char *)data;
    if (length < 2) return 0;
    size_t size = head[1] & 0x7f, at = 2;
    if (!(head[0] & 0x80) || head[0] & 0x70 || head[1] & 0x80 || size == 127) return -1;
    if (size == 126) {
        if (length < 4) return 0;
        size = (size_t)head[2] << 8 | head[3];
        at = 4;
    }
    if (length < at + size) return 0;
    handle(owner, head[0] & 0x0f, data + at, size);
    return (ssize_t)(at + size);
}

bool receive_frames(struct socket *socket, frame_handler *handle, void *owner) {
    size_t length = socket->rest_length;
    if (length) memcpy(buffer, socket->rest, length);
    free(socket->rest);
    socket->rest = NULL;
    socket->rest_length = 0;
    ssize_t count = recv(socket->fd, buffer + length, sizeof buffer - length, 0);
    if (count < 0 && errno == EAGAIN) count = 0;
    else if (count <= 0) return false;
    length += (size_t)count;
    char *at = buffer, *end = buffer + length;
    while (at < end) {
        ssize_t taken = take_one(socket, at, (size_t)(end - at), handle, owner);
        if (taken < 0 || socket->fd < 0) return false; /* or the handler has dropped it */
        if (!taken) break;
        at += taken;
    }
    socket->rest_length = (size_t)(end - at);
    if (socket->rest_length) {
        socket->rest = malloc(socket->rest_length);
        if (!socket->rest) fail("malloc");
        memcpy(socket->rest, at, socket->rest_length);
    }
    return true;
}

void drop(struct socket *socket) {
    if (socket->fd >= 0) close(socket->fd);
    free(socket->rest);
    *socket = (struct socket){.fd = -1};
}
