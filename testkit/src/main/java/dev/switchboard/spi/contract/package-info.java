/**
 * The rules of the SPI as tests, for authors of adapters. Implement the interface in a test class,
 * define how the adapter is opened, and JUnit runs every rule against it.
 *
 * <pre>{@code
 * class MyHistoryTest implements HistoryStoreContract {
 *   @TempDir Path folder;
 *
 *   @Override
 *   public HistoryStore open() {
 *     return MyHistory.open(folder);
 *   }
 * }
 * }</pre>
 */
@NullMarked
package dev.switchboard.spi.contract;

import org.jspecify.annotations.NullMarked;
