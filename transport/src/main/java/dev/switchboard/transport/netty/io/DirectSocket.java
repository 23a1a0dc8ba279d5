package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Hands bytes to the kernel without a detour through Netty's outbound buffer, on epoll. May only be
 * used while that buffer is empty.
 */
final class DirectSocket {
  private DirectSocket() {}

  /** The socket under a channel that takes plain bytes as they are, or null. */
  static @Nullable Socket of(Channel channel) {
    return channel instanceof EpollSocketChannel epoll ? (Socket) epoll.fd() : null;
  }

  /** Writes what fits into the socket's buffer and says how much that was. */
  static int send(Socket socket, ByteBuf bytes, int index, int length) throws IOException {
    if (bytes.hasMemoryAddress()) {
      return socket.sendAddress(bytes.memoryAddress(), index, index + length);
    }
    // A view of its own: prepared messages are sent from several loops at once.
    ByteBuffer nio = bytes.nioBuffer(index, length);
    return socket.send(nio, nio.position(), nio.position() + length);
  }
}
