// Echo with libuv: one buffer for all reads, written at once as far as the socket takes it; only what
// it does not take is copied and queued, and meanwhile nothing more is read.
//
//   echo-libuv PORT [udp]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct rest {
  uv_write_t request;
  char bytes[];
};

static char scratch[65536];

static void lend(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)handle, (void)suggested;
  *buffer = uv_buf_init(scratch, sizeof scratch);
}

static void closed(uv_handle_t *handle) { free(handle); }
static void drop(uv_stream_t *stream) {
  if (!uv_is_closing((uv_handle_t *)stream)) uv_close((uv_handle_t *)stream, closed);
}

static void got(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void written(uv_write_t *request, int status) {
  uv_stream_t *stream = request->handle;
  free(request);
  if (status < 0) drop(stream);
  else uv_read_start(stream, lend, got);
}

static void got(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
  if (count < 0) return drop(stream);
  if (count == 0) return;
  uv_buf_t whole = uv_buf_init(buffer->base, count);
  int sent = uv_try_write(stream, &whole, 1);
  if (sent == UV_EAGAIN) sent = 0;
  if (sent < 0) return drop(stream);
  if (sent == count) return;
  struct rest *rest = malloc(sizeof *rest + count - sent);
  memcpy(rest->bytes, buffer->base + sent, count - sent);
  uv_buf_t left = uv_buf_init(rest->bytes, count - sent);
  uv_read_stop(stream);
  if (uv_write(&rest->request, stream, &left, 1, written) < 0) free(rest), drop(stream);
}

static void accepted(uv_stream_t *listener, int status) {
  uv_tcp_t *connection = malloc(sizeof *connection);
  uv_tcp_init(listener->loop, connection);
  if (status < 0 || uv_accept(listener, (uv_stream_t *)connection) < 0)
    return drop((uv_stream_t *)connection);
  uv_tcp_nodelay(connection, 1);
  uv_read_start((uv_stream_t *)connection, lend, got);
}

static void datagram(uv_udp_t *socket, ssize_t count, const uv_buf_t *buffer,
    const struct sockaddr *from, unsigned flags) {
  (void)flags;
  if (count <= 0 || !from) return;
  uv_buf_t whole = uv_buf_init(buffer->base, count);
  uv_udp_try_send(socket, &whole, 1, from);
}

int main(int count, char **arguments) {
  uv_loop_t *loop = uv_default_loop();
  uv_tcp_t listener;
  uv_udp_t socket;
  struct sockaddr_in address;
  int failed;
  if (count < 2) return 2;
  uv_ip4_addr("127.0.0.1", atoi(arguments[1]), &address);
  if (count > 2 && !strcmp(arguments[2], "udp")) {
    uv_udp_init(loop, &socket);
    failed = uv_udp_bind(&socket, (struct sockaddr *)&address, 0);
    if (!failed) failed = uv_udp_recv_start(&socket, lend, datagram);
  } else {
    uv_tcp_init(loop, &listener);
    failed = uv_tcp_bind(&listener, (struct sockaddr *)&address, 0);
    if (!failed) failed = uv_listen((uv_stream_t *)&listener, 1024, accepted);
  }
  if (failed) return fprintf(stderr, "%s\n", uv_strerror(failed)), 1;
  return uv_run(loop, UV_RUN_DEFAULT);
}
