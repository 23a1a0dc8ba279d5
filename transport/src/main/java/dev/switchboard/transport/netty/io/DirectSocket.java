package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to an epoll socket directly, bypassing Netty's outbound buffer. May be used only while
 * that buffer is empty.
 */
final class DirectSocket {
  private DirectSocket() {}

  /** Returns the socket of a channel on epoll, or null for other channels. */
  static @Nullable Socket of(Channel channel) {
    return channel instanceof EpollSocketChannel epoll ? (Socket) epoll.fd() : null;
  }

  /** Writes as much as fits into the socket's buffer. Returns the number of bytes written. */
  static int send(Socket socket, ByteBuf bytes, int index, int length) throws IOException {
    if (bytes.hasMemoryAddress()) {
      return socket.sendAddress(bytes.memoryAddress(), index, index + length);
    }
    // Its own view, because several loops send a prepared message at once.
    ByteBuffer nio = bytes.nioBuffer(index, length);
    return socket.send(nio, nio.position(), nio.position() + length);
  }
}
