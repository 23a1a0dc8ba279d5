/** For tests of programs that talk over Switchboard: a server for each test, scripted peers. */
@NullMarked
package dev.switchboard.testkit;

import org.jspecify.annotations.NullMarked;
