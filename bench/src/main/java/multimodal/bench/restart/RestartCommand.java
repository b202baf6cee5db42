package multimodal.bench.restart;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Counts the calls that fail, lose or double something while every process of the fleet is restarted in turn. */
@Command(
        name = "restart",
        description = "Restarts every process of a fleet in turn, again and again, under load.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class RestartCommand implements Callable<Integer> {

    @Option(names = "--root", required = true, hidden = true, description = "the checkout")
    private Path root;

    @Option(names = "--calls", defaultValue = "10000", description = "calls, at least")
    private int calls;

    @Option(names = "--clients", defaultValue = "6", description = "clients that call at once")
    private int clients;

    @Option(names = "--drain-seconds", defaultValue = "60", description = "that a process gives its running calls")
    private int drainSeconds;

    @Option(
            names = "--settle-millis",
            defaultValue = "3000",
            description = "from a process that serves again to the next one that stops")
    private long settleMillis;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RestartCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("fleet-restart");
        try (ReplicatedFleet fleet = new ReplicatedFleet(root.toAbsolutePath(), directory, drainSeconds)) {
            System.out.println("starting (logs: " + directory + "/*.log)");
            fleet.start();
            RollingRestart.Result result =
                    new RollingRestart(clients, calls, settleMillis).run(fleet, System.out::println);
            result.tally().failures().forEach(System.out::println);
            System.out.println(result.tally().toJson(result.restarts(), result.seconds()));
            return result.tally().wrong() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }
}
