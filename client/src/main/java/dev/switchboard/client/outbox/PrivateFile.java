package dev.switchboard.client.outbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files that nobody but their owner may read, where the file system knows owners. Stateless. */
final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private PrivateFile() {}

  /** Opens a file to read and write, or makes it. */
  static FileChannel open(Path path) throws IOException {
    boolean posix = posix(path);
    try {
      Files.createFile(
          path,
          posix
              ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
              : new FileAttribute<?>[0]);
    } catch (FileAlreadyExistsException there) {
      if (posix && !Files.getPosixFilePermissions(path).equals(OWNER)) {
        Files.setPosixFilePermissions(path, OWNER);
      }
    }
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Makes sure that a file's name outlives the machine's power. */
  static void forceFolder(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !posix(path)) {
      return; // Windows does not open folders
    }
    try (FileChannel open = FileChannel.open(folder, StandardOpenOption.READ)) {
      open.force(true);
    }
  }

  /** The right to use a file, held by one in this and all other processes. */
  record Lock(FileChannel channel) implements AutoCloseable {
    /** Gives it back. */
    @Override
    public void close() throws IOException {
      channel.close(); // and with it the lock; the file stays, or two could lock two of them
    }
  }

  /**
   * Takes the right to use a file.
   *
   * @throws IllegalStateException if another has it
   */
  static Lock lock(Path path) throws IOException {
    FileChannel channel = open(path.resolveSibling(path.getFileName() + ".lock"));
    if (locked(channel) == null) {
      channel.close();
      throw new IllegalStateException(
          "outbox: " + path + " is in use (expected: one client at a time)");
    }
    return new Lock(channel);
  }

  private static @Nullable FileLock locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      return null;
    }
  }
}
