package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.format.CborBytes;
import java.util.Arrays;
import java.util.Collection;

/**
 * Writes an envelope as CBOR (RFC 8949) with definite lengths. The count of each map or array is
 * filled in when it ends. Confined to one thread, used once.
 */
final class CborWriter implements EnvelopeWriter {
  private final BinaryPlaces.OfTypes places;
  private final CborBytes out;

  /** Where each open map or array starts, by depth. */
  private int[] starts = new int[4];

  /** How many pairs or elements each has so far, by depth. */
  private int[] counts = new int[4];

  private int depth = -1; // the index of the innermost open map or array

  CborWriter(int size, BinaryPlaces.OfTypes places) {
    this.places = places;
    this.out = new CborBytes(size);
    open(CborBytes.MAP);
  }

  byte[] finish() {
    endObject();
    return out.toArray();
  }

  @Override
  public void text(String key, String value) {
    key(key);
    out.text(value);
  }

  @Override
  public void number(String key, long value) {
    key(key);
    out.integer(value);
  }

  @Override
  public void flag(String key, boolean value) {
    key(key);
    out.flag(value);
  }

  @Override
  public void texts(String key, Collection<String> values) {
    key(key);
    out.head(CborBytes.ARRAY, values.size());
    values.forEach(out::text);
  }

  @Override
  public void object(String key) {
    key(key);
    open(CborBytes.MAP);
  }

  @Override
  public void array(String key) {
    key(key);
    open(CborBytes.ARRAY);
  }

  @Override
  public void element() {
    counts[depth]++;
    open(CborBytes.MAP);
  }

  @Override
  public void endObject() {
    close();
  }

  @Override
  public void endArray() {
    close();
  }

  @Override
  public void data(String type, Payload payload) {
    key("data");
    out.raw(bytes(places, type, payload));
  }

  /** Returns a message's data as CBOR. */
  static byte[] bytes(BinaryPlaces.OfTypes places, String type, Payload payload) {
    return payload.cbor(json -> CborFromJson.turn(json, places.of(type)));
  }

  private void key(String key) {
    counts[depth]++;
    out.text(key);
  }

  private void open(int major) {
    depth++;
    if (depth == starts.length) {
      starts = Arrays.copyOf(starts, depth * 2);
      counts = Arrays.copyOf(counts, depth * 2);
    }
    starts[depth] = out.size();
    counts[depth] = 0;
    out.head(major, 0);
  }

  private void close() {
    out.count(starts[depth], counts[depth]);
    depth--;
  }
}
