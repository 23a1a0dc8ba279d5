package dev.switchboard.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The arrows between modules and packages, and what the core must not know. */
class ArchitectureTest {
  private static final String ROOT = "dev.switchboard.";

  /** Circles of types have fewer than so many. */
  private static final int LARGEST_CIRCLE = 15;

  private static final int LONGEST_CALL = 7;

  /** Who may use whom; nothing else may. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("protocol", List.of()),
          Map.entry("types", List.of("protocol")),
          Map.entry("validation", List.of("protocol", "types")),
          Map.entry("encryption", List.of("protocol")),
          Map.entry("spi", List.of("protocol")),
          Map.entry("security", List.of("protocol", "spi")),
          Map.entry("transport", List.of("protocol")),
          Map.entry("client", List.of("protocol", "transport")),
          Map.entry("server", List.of("protocol", "spi", "transport")),
          Map.entry("history", List.of("protocol", "spi")),
          Map.entry("cluster", List.of("protocol", "spi", "history")),
          Map.entry("chat", List.of("protocol", "spi", "transport", "server", "client")),
          Map.entry(
              "cli",
              List.of(
                  "protocol",
                  "spi",
                  "transport",
                  "server",
                  "client",
                  "history",
                  "cluster",
                  "security",
                  "types",
                  "chat")));

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
            ROOT + "testkit..",
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

  /** Nobody can check a longer call by reading. The exceptions are the keys of a message. */
  @Test
  void noConstructorTakesMoreThanSevenArguments() {
    assertThat(OURS)
        .flatExtracting(JavaClass::getConstructors)
        .filteredOn(constructor -> constructor.getRawParameterTypes().size() > LONGEST_CALL)
        .extracting(constructor -> constructor.getOwner().getSimpleName())
        .containsOnly("Envelope", "Publication");
  }

  @Test
  void packagesHaveNoCycles() {
    SlicesRuleDefinition.slices()
        .matching("dev.switchboard.(**)")
        .should()
        .beFreeOfCycles()
        .check(OURS);
  }

  /** A ratchet: whoever wants to understand one type of a circle has to understand all of them. */
  @Test
  void noCircleOfTypesIsLarge() {
    Circles circles = new Circles(OURS);
    assertThat(circles.all())
        .isNotEmpty() // or it would look at nothing
        .allSatisfy(circle -> assertThat(circle).hasSizeLessThan(LARGEST_CIRCLE));
  }

  /** Finds the circles of top-level types: each reaches all others of its circle (Tarjan). */
  private static final class Circles {
    private final Map<String, Set<String>> arrows = new TreeMap<>();
    private final Map<String, Integer> number = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final Set<String> onPath = new HashSet<>();
    private final List<Set<String>> all = new ArrayList<>();

    Circles(JavaClasses classes) {
      for (JavaClass type : classes) {
        Set<String> to = arrows.computeIfAbsent(topLevel(type), name -> new TreeSet<>());
        for (Dependency arrow : type.getDirectDependenciesFromSelf()) {
          to.add(topLevel(arrow.getTargetClass().getBaseComponentType()));
        }
      }
      arrows.forEach((from, to) -> to.retainAll(arrows.keySet()));
      arrows.keySet().stream().filter(type -> !number.containsKey(type)).forEach(this::visit);
    }

    private static String topLevel(JavaClass type) {
      JavaClass top = type;
      while (top.getEnclosingClass().isPresent()) {
        top = top.getEnclosingClass().get();
      }
      return top.getName();
    }

    private void visit(String type) {
      int mine = number.size();
      number.put(type, mine);
      lowest.put(type, mine);
      path.push(type);
      onPath.add(type);
      for (String next : arrows.getOrDefault(type, Set.of())) {
        if (!number.containsKey(next)) {
          visit(next);
          lowest.merge(type, lowest.getOrDefault(next, mine), Math::min);
        } else if (onPath.contains(next)) {
          lowest.merge(type, number.getOrDefault(next, mine), Math::min);
        }
      }
      if (lowest.getOrDefault(type, mine) == mine) {
        close(type);
      }
    }

    private void close(String first) {
      Set<String> circle = new TreeSet<>();
      String type;
      do {
        type = path.pop();
        onPath.remove(type);
        circle.add(type);
      } while (!type.equals(first));
      if (circle.size() > 1) {
        all.add(circle);
      }
    }

    List<Set<String>> all() {
      return all;
    }
  }
}
