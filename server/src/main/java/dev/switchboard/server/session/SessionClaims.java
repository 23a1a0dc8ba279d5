package dev.switchboard.server.session;

import dev.switchboard.protocol.server.ServerConversation.Answer;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.spi.Bus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves sessions between the servers of a deployment. A session is at one server, its node, and its
 * ID begins with that node's name. A client that comes to another server with it is given a new
 * session there, which takes over the user, the rooms and the unanswered questions: this server
 * claims them from the node, which ends its session. So of all who claim a session, one gets it.
 *
 * <p>A question's ID names the session that was asked first, and thus the node that waits for the
 * answer: the answer goes back to it.
 *
 * <p>A node that does not answer within half a second is not asked again for 15 seconds, so that
 * after its death few clients wait for it. Who does not get the session gets a new one and joins
 * the rooms again, from the client's places; no message is lost. Thread-safe; nothing blocks.
 */
public final class SessionClaims {
  private static final String KIND = "sessions";
  private static final int NODE_BYTES = 6;
  private static final int ID_BYTES = 12;
  private static final int NODE_LENGTH = 8; // in Base64
  private static final int ID_LENGTH = NODE_LENGTH + 16;
  private static final long PATIENCE_MILLIS = 500;
  private static final long SILENCE_MILLIS = 15_000;
  private static final int MAX_SILENT = 1_000;

  private final String node = Secrets.base64(NODE_BYTES);
  private final @Nullable Bus bus; // null if this server is alone
  private final LongSupplier now;
  private final Map<String, Owner> owners = new ConcurrentHashMap<>(); // by the endpoint's path

  /** The questions of this node whose sessions have moved. Each ends with its timeout. */
  private final Map<Id, CompletableFuture<Answer>> away = new ConcurrentHashMap<>();

  /** The claims of this node that wait for their answers, oldest first. Guarded by itself. */
  private final SequencedMap<Long, Pending> pending = new LinkedHashMap<>();

  /** Until when each node that did not answer is not asked. Guarded by {@code pending}. */
  private final Map<String, Long> silent =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_SILENT;
        }
      };

  private long claims; // the number of the last claim; guarded by pending
  private volatile boolean interrupted; // whether the bus loses messages now

  /** Has the sessions of an endpoint. */
  @FunctionalInterface
  interface Owner {
    /**
     * Ends a session that is claimed rightly, and answers with what goes along; with null if there
     * is none. Must not block; answers on any thread.
     */
    void claimed(SessionMessage.Claim claim, Consumer<@Nullable MovedSession> answer);
  }

  private record Pending(
      String node, long until, CompletableFuture<@Nullable MovedSession> reply) {}

  /**
   * Creates the node.
   *
   * @param bus connects it to others, and has not started; null if there are none
   * @param now the milliseconds since some moment
   */
  public SessionClaims(@Nullable Bus bus, LongSupplier now) {
    this.bus = bus;
    this.now = now;
    if (bus != null) {
      bus.listen(KIND, new Others());
    }
  }

  /** Returns an ID for a new session. */
  String newId() {
    return node + Secrets.base64(ID_BYTES);
  }

  /** Sets who has the sessions of an endpoint. Called when the endpoint starts. */
  void serve(String path, Owner owner) {
    owners.put(path, owner);
  }

  /** Whether a session, which is not here, may be at another server. */
  boolean mayBeElsewhere(String session) {
    if (bus == null
        || interrupted
        || session.length() != ID_LENGTH
        || nodeOf(session).equals(node)) {
      return false;
    }
    synchronized (pending) {
      Long until = silent.get(nodeOf(session));
      return until == null || until - now.getAsLong() <= 0;
    }
  }

  private static String nodeOf(String session) {
    return session.substring(0, NODE_LENGTH);
  }

  /**
   * Claims a session from the server where it {@linkplain #mayBeElsewhere may be}. Completes with
   * null if it is not to be had. Never fails; completes on any thread.
   *
   * @param user the user that its client is known to be; null for a guest
   */
  CompletionStage<@Nullable MovedSession> claim(
      String path, String session, String secret, @Nullable String user) {
    String owner = nodeOf(session);
    CompletableFuture<@Nullable MovedSession> reply = new CompletableFuture<>();
    long number;
    synchronized (pending) {
      number = ++claims;
      pending.put(number, new Pending(owner, now.getAsLong() + PATIENCE_MILLIS, reply));
    }
    byte[] proof = Secrets.hash(secret);
    send(owner, new SessionMessage.Claim(node, number, path, session, proof, user));
    return reply;
  }

  private void send(String to, SessionMessage message) {
    Objects.requireNonNull(bus).send(KIND, message.encoded(to));
  }

  /** Passes on the answer to another node's question. */
  void answer(Answer answer) {
    send(nodeOf(Objects.requireNonNull(answer.re().text())), new SessionMessage.Answered(answer));
  }

  /** Waits for the answer to a question of this node whose session has moved. */
  void await(Id question, CompletableFuture<Answer> answer) {
    away.put(question, answer);
    CompletionStage<Answer> unused = answer.whenComplete((done, failure) -> away.remove(question));
  }

  /** Gives up on nodes that do not answer. Call it often. */
  public void tick() {
    long time = now.getAsLong();
    while (true) {
      Pending late;
      synchronized (pending) {
        Map.Entry<Long, Pending> first = pending.firstEntry();
        if (first == null || first.getValue().until - time > 0) {
          return;
        }
        late = first.getValue();
        pending.remove(first.getKey());
        silent.put(late.node, time + SILENCE_MILLIS);
      }
      late.reply.complete(null);
    }
  }

  /** Tells the others that the sessions of this node are over. */
  public void close() {
    if (bus != null) {
      send(SessionMessage.ALL, new SessionMessage.Closed(node));
    }
  }

  private final class Others implements Bus.Listener {
    @Override
    public void received(byte[] message) {
      switch (SessionMessage.decoded(message, node)) {
        case SessionMessage.Claim claim -> claimed(claim);
        case SessionMessage.Reply(long number, @Nullable MovedSession moved) ->
            replied(number, moved);
        case SessionMessage.Answered(Answer answer) -> {
          CompletableFuture<Answer> waiting = away.get(answer.re());
          if (waiting != null) {
            waiting.complete(answer);
          }
        }
        case SessionMessage.Closed(String other) -> gone(other);
        case null -> {}
      }
    }

    @Override
    public void interrupted() {
      interrupted = true;
    }

    @Override
    public void restored() {
      interrupted = false;
    }
  }

  private void claimed(SessionMessage.Claim claim) {
    Owner owner = owners.get(claim.path());
    Consumer<@Nullable MovedSession> answer =
        moved -> send(claim.from(), new SessionMessage.Reply(claim.number(), moved));
    if (owner == null) {
      answer.accept(null);
    } else {
      owner.claimed(claim, answer);
    }
  }

  private void replied(long number, @Nullable MovedSession moved) {
    Pending claim;
    synchronized (pending) {
      claim = pending.remove(number);
    }
    if (claim != null) {
      claim.reply.complete(moved);
    }
  }

  /** A node has closed: nobody waits for it any more. */
  private void gone(String other) {
    List<Pending> inVain;
    synchronized (pending) {
      silent.put(other, now.getAsLong() + SILENCE_MILLIS);
      inVain = pending.values().stream().filter(claim -> claim.node.equals(other)).toList();
      pending.values().removeAll(inVain);
    }
    inVain.forEach(claim -> claim.reply.complete(null));
  }
}
