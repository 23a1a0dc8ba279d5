/** Users by signed tokens. */
module dev.switchboard.security {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.spi;
  requires com.nimbusds.jose.jwt;
  requires java.net.http;
  requires org.slf4j;
  requires tools.jackson.core;

  exports dev.switchboard.security;
}
