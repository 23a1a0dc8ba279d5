/** For testing programs that use Switchboard: a server for each test, and scripted peers. */
@NullMarked
package dev.switchboard.testkit;

import org.jspecify.annotations.NullMarked;
