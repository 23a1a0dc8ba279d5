/**
 * Encrypts messages end to end ({@code spec/encryption.md}): {@link
 * dev.switchboard.encryption.MessageEncryption} with the keys of a {@link
 * dev.switchboard.encryption.KeyRing}.
 */
@NullMarked
package dev.switchboard.encryption;

import org.jspecify.annotations.NullMarked;
