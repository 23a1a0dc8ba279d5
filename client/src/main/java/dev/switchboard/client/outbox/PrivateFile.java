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

/** Files that only their owner can read, where the file system supports that. Stateless. */
final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private PrivateFile() {}

  /** Opens a file for reading and writing, and creates it if necessary. */
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

  /** Syncs a file's folder, so that the file's name survives a power failure. */
  static void forceFolder(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !posix(path)) {
      return; // Windows can't open folders
    }
    try (FileChannel open = FileChannel.open(folder, StandardOpenOption.READ)) {
      open.force(true);
    }
  }

  /** Exclusive use of a file, among this and all other processes. */
  record Lock(FileChannel channel) implements AutoCloseable {
    /** Releases the lock. */
    @Override
    public void close() throws IOException {
      // This also releases the lock. Deleting the file would let two processes lock different
      // files.
      channel.close();
    }
  }

  /**
   * Acquires exclusive use of a file.
   *
   * @throws IllegalStateException if another client is using it
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
