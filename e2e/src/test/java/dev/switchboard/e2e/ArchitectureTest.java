package dev.switchboard.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arrows between modules, and what the core must not know. */
class ArchitectureTest {
  private static final String ROOT = "dev.switchboard.";

  /** Who may use whom; nothing else may. */
  private static final Map<String, List<String>> ARROWS =
      Map.of(
          "protocol", List.of(),
          "validation", List.of("protocol"),
          "spi", List.of("protocol"),
          "transport", List.of("protocol"),
          "client", List.of("protocol", "transport"),
          "server", List.of("protocol", "spi", "transport"),
          "history", List.of("protocol", "spi"),
          "chat", List.of("protocol", "spi", "transport", "server", "client", "history"),
          "cli", List.of("protocol", "spi", "transport", "server", "client", "history", "chat"));

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.switchboard");

  @Test
  void modulesUseOnlyWhatTheirArrowsAllow() {
    Architectures.LayeredArchitecture layers =
        Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String module : ARROWS.keySet()) {
      layers = layers.layer(module).definedBy(ROOT + module + "..");
    }
    for (Map.Entry<String, List<String>> arrow : ARROWS.entrySet()) {
      layers =
          arrow.getValue().isEmpty()
              ? layers.whereLayer(arrow.getKey()).mayNotAccessAnyLayer()
              : layers
                  .whereLayer(arrow.getKey())
                  .mayOnlyAccessLayers(arrow.getValue().toArray(String[]::new));
    }
    layers.check(OURS);
  }

  @Test
  void protocolKnowsNoSocketThreadClockOrChance() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "protocol..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.Thread")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.net.http..",
            "java.nio.channels..",
            "java.nio.file..",
            "io.netty..",
            "org.slf4j..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.net\\.(Socket|ServerSocket|URL|InetAddress).*")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.util\\.(Random|Timer)|java\\.security\\.SecureRandom|java\\.time\\.Clock|java\\.util\\.concurrent\\.(Executor|Scheduled|ForkJoin|ThreadPool|ThreadLocalRandom).*")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .check(OURS);
  }

  @Test
  void onlyTheTransportAndItsUsersKnowNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + "transport..",
            ROOT + "server..",
            ROOT + "client..",
            ROOT + "cli..",
            ROOT + "leaks..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(OURS);
  }

  @Test
  void namesSayWhatAThingIs() {
    noClasses().should().haveSimpleNameEndingWith("Manager").check(OURS);
    noClasses().should().haveSimpleNameEndingWith("Impl").check(OURS);
    noClasses().should().haveSimpleNameContaining("Util").check(OURS);
    noClasses().should().haveSimpleNameContaining("Helper").check(OURS);
    noClasses().should().haveSimpleNameStartingWith("Abstract").check(OURS);
  }

  @Test
  void everyPackageIsNullMarked() {
    classes()
        .that()
        .haveSimpleName("package-info")
        .should()
        .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
        .check(OURS);
  }

  @Test
  void theClientsPackagesPointInwards() {
    String client = ROOT + "client";
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("client")
        .definedBy(client)
        .layer("engine")
        .definedBy(client + ".engine")
        .layer("outbox")
        .definedBy(client + ".outbox")
        .layer("stream")
        .definedBy(client + ".stream")
        .whereLayer("client")
        .mayOnlyAccessLayers("engine", "stream")
        .whereLayer("engine")
        .mayOnlyAccessLayers("outbox", "stream")
        .whereLayer("outbox")
        .mayNotAccessAnyLayer()
        .whereLayer("stream")
        .mayNotAccessAnyLayer()
        .check(OURS);
  }

  @Test
  void packagesHaveNoCycles() {
    SlicesRuleDefinition.slices()
        .matching("dev.switchboard.(*)..")
        .should()
        .beFreeOfCycles()
        .check(OURS);
  }
}
