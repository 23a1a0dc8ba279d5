package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.netty.frames.DeflateTerms;
import dev.switchboard.transport.netty.http.Extensions.Extension;
import dev.switchboard.transport.netty.http.Extensions.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Negotiates permessage-deflate in the handshake (RFC 7692 §7.1). Stateless. */
final class DeflateNegotiation {
  private static final String NAME = "permessage-deflate";
  private static final String SERVER_FORGETS = "server_no_context_takeover";
  private static final String CLIENT_FORGETS = "client_no_context_takeover";
  private static final String SERVER_BITS = "server_max_window_bits";
  private static final String CLIENT_BITS = "client_max_window_bits";

  /** The value of a parameter whose value may be omitted, and is. */
  private static final int UNSAID = 0;

  private static final int MALFORMED = -1;

  private DeflateNegotiation() {}

  /** Returns a client's offer. */
  static String offer(Deflate ours) {
    StringBuilder offer = new StringBuilder(NAME);
    forgetting(offer, ours.serverNoContextTakeover(), ours.clientNoContextTakeover());
    if (ours.serverMaxWindowBits() < DeflateTerms.MAX_BITS) {
      bits(offer, SERVER_BITS, ours.serverMaxWindowBits());
    }
    if (ours.clientMaxWindowBits() < DeflateTerms.MAX_BITS) {
      bits(offer, CLIENT_BITS, ours.clientMaxWindowBits());
    } else {
      offer.append("; ").append(CLIENT_BITS);
    }
    return offer.toString();
  }

  /** Returns the terms of the first offer that a server can accept, or null. */
  static @Nullable DeflateTerms accept(List<Extension> offers, Deflate ours) {
    for (Extension offer : offers) {
      Asked asked = offer.name().equals(NAME) ? Asked.read(offer.parameters(), false) : null;
      if (asked != null) {
        return accepted(asked, ours);
      }
    }
    return null;
  }

  private static DeflateTerms accepted(Asked asked, Deflate ours) {
    boolean weForget = asked.serverForgets || ours.serverNoContextTakeover();
    boolean peerForgets = asked.clientForgets || ours.clientNoContextTakeover();
    int bits = Math.min(ours.serverMaxWindowBits(), limit(asked.serverBits));
    StringBuilder answer = new StringBuilder(NAME);
    forgetting(answer, weForget, peerForgets);
    if (bits < DeflateTerms.MAX_BITS || asked.serverBits != null) {
      bits(answer, SERVER_BITS, bits);
    }
    if (asked.clientBits != null && ours.clientMaxWindowBits() < DeflateTerms.MAX_BITS) {
      bits(answer, CLIENT_BITS, Math.min(ours.clientMaxWindowBits(), limit(asked.clientBits)));
    }
    return new DeflateTerms(
        ours.level(),
        ours.threshold(),
        !weForget && bits == DeflateTerms.MAX_BITS,
        bits,
        !peerForgets,
        answer.toString());
  }

  /**
   * Returns the terms that a server's answer to {@link #offer} sets for the client.
   *
   * @return null if the server wants no compression
   * @throws Refusal if the answer does not match our offer
   */
  static @Nullable DeflateTerms confirm(List<Extension> answer, @Nullable Deflate ours) {
    if (answer.isEmpty()) {
      return null;
    }
    Extension only = answer.get(0);
    if (ours == null || answer.size() > 1 || !only.name().equals(NAME)) {
      throw new Refusal(400, "Sec-WebSocket-Extensions: not one we offered");
    }
    Asked told = Asked.read(only.parameters(), true);
    if (told == null
        || (ours.serverNoContextTakeover() && !told.serverForgets)
        || (told.clientBits != null && told.clientBits > ours.clientMaxWindowBits())
        || (ours.serverMaxWindowBits() < DeflateTerms.MAX_BITS
            && (told.serverBits == null || told.serverBits > ours.serverMaxWindowBits()))) {
      throw new Refusal(400, "Sec-WebSocket-Extensions: not an answer to our offer");
    }
    int bits = told.clientBits == null ? ours.clientMaxWindowBits() : told.clientBits;
    boolean weForget = told.clientForgets || ours.clientNoContextTakeover();
    return new DeflateTerms(
        ours.level(),
        ours.threshold(),
        !weForget && bits == DeflateTerms.MAX_BITS,
        bits,
        !told.serverForgets,
        only.toString());
  }

  private static void forgetting(StringBuilder text, boolean server, boolean client) {
    if (server) {
      text.append("; ").append(SERVER_FORGETS);
    }
    if (client) {
      text.append("; ").append(CLIENT_FORGETS);
    }
  }

  private static void bits(StringBuilder text, String name, int bits) {
    text.append("; ").append(name).append('=').append(bits);
  }

  private static int limit(@Nullable Integer bits) {
    return bits == null || bits == UNSAID ? DeflateTerms.MAX_BITS : bits;
  }

  /** The parameters of an offer or answer; bits are null if not named. */
  private record Asked(
      boolean serverForgets,
      boolean clientForgets,
      @Nullable Integer serverBits,
      @Nullable Integer clientBits) {

    /** Parses parameters; returns null if they violate RFC 7692 §7.1. */
    static @Nullable Asked read(List<Parameter> parameters, boolean answer) {
      Set<String> names = new HashSet<>();
      boolean serverForgets = false;
      boolean clientForgets = false;
      Integer serverBits = null;
      Integer clientBits = null;
      for (Parameter parameter : parameters) {
        String value = parameter.value();
        boolean proper = names.add(parameter.name());
        switch (parameter.name()) {
          case SERVER_FORGETS -> {
            serverForgets = true;
            proper &= value == null;
          }
          case CLIENT_FORGETS -> {
            clientForgets = true;
            proper &= value == null;
          }
          case SERVER_BITS -> {
            serverBits = number(value);
            proper &= serverBits > UNSAID;
          }
          case CLIENT_BITS -> {
            clientBits = value == null && !answer ? UNSAID : number(value);
            proper &= clientBits != MALFORMED;
          }
          default -> proper = false;
        }
        if (!proper) {
          return null;
        }
      }
      return new Asked(serverForgets, clientForgets, serverBits, clientBits);
    }

    private static int number(@Nullable String value) {
      boolean plain = value != null && (value.matches("[89]") || value.matches("1[0-5]"));
      return plain ? Integer.parseInt(value) : MALFORMED;
    }
  }
}
