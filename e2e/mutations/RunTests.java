import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs test classes one after the other, without those tagged slow, and stops at the first that
 * fails. Says "passed CLASS" or "failed CLASS.test: why" in a line each. Ends with 0 if all passed,
 * else with 1.
 */
public class RunTests {
  public static void main(String[] classes) {
    for (String name : classes) {
      List<String> failures = new ArrayList<>();
      long ran = run(name, failures);
      if (failures.isEmpty() && ran > 0) {
        System.out.println("passed " + name);
      } else {
        System.out.println(
            "failed " + (failures.isEmpty() ? name + ": no test ran" : failures.get(0)));
        System.out.flush();
        Runtime.getRuntime().halt(1);
      }
      System.out.flush();
    }
    Runtime.getRuntime().halt(0);
  }

  private static long run(String name, List<String> failures) {
    var heard = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(name))
            .filters(TagFilter.excludeTags("slow"))
            .build();
    LauncherFactory.create().execute(request, heard);
    for (var failure : heard.getSummary().getFailures()) {
      String why = String.valueOf(failure.getException()).strip().replaceAll("\\s+", " ");
      why = why.substring(0, Math.min(why.length(), 200));
      failures.add(simple(name) + "." + failure.getTestIdentifier().getDisplayName() + ": " + why);
    }
    return heard.getSummary().getTestsStartedCount();
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
