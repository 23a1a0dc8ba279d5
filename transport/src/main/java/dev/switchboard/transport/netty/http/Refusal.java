package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpResponse;

/** A request that the transport itself answers with an error status. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  Refusal(int status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  HttpResponse response() {
    return HttpResponse.text(status, getMessage() + "\n");
  }
}
