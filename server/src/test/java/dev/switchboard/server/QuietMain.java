package dev.switchboard.server;

import dev.switchboard.transport.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;

/** A program whose {@code main} starts a server and returns. {@code /close} closes it. */
final class QuietMain {
  private QuietMain() {}

  public static void main(String[] args) {
    Thread main = Thread.currentThread();
    AtomicReference<Server> server = new AtomicReference<>();
    server.set(
        Server.builder()
            .port(0)
            .get(
                "/returned",
                request -> {
                  main.join();
                  return HttpResponse.text(200, "main has returned\n");
                })
            .get(
                "/close",
                request -> {
                  Thread.ofPlatform().start(() -> server.get().close());
                  return HttpResponse.text(200, "closing\n");
                })
            .start());
    System.out.println(server.get().port());
  }
}
