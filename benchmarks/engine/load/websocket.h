/* A client's half of RFC 6455, as much of it as a load generator needs: no fragments, no extensions. */

#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

struct socket {
    int fd;
    bool is_upgraded;
    char *rest; /* the beginning of a frame whose end has not come yet */
    size_t rest_length;
};

/* Called for each frame, and once with opcode 0 when the server has agreed to speak WebSocket. */
typedef void frame_handler(void *owner, int opcode, char *payload, size_t length);

/* A connection to this machine under way, or exit: it fails only where the machine has run out of something. */
int connect_to(int port);

/* Ask for a WebSocket; `subprotocol` is "" for none. */
bool upgrade(struct socket *socket, int port, const char *path, const char *subprotocol);

/* One masked frame. False if the connection is lost, or its buffer is full: the server does not read. */
bool send_frame(struct socket *socket, enum opcode opcode, const char *payload, size_t length);

/* Read once and hand on all whole frames. False if the connection is over, or speaks something else. */
bool receive_frames(struct socket *socket, frame_handler *handle, void *owner);

/* At once, by a reset: nothing waits in TIME_WAIT. */
void drop(struct socket *socket);

#endif
