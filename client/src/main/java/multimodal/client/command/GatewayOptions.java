package multimodal.client.command;

import java.time.Duration;
import multimodal.client.FleetClient;
import picocli.CommandLine.Option;

/** Where the fleet is, and how long it may take. */
final class GatewayOptions {

    @Option(
            names = "--gateway",
            paramLabel = "ADDRESS",
            description = "Address of the gateway, or of several, separated by commas (default: ${DEFAULT-VALUE}).")
    String gateway = "localhost:9000";

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "Longest time for one call, such as PT30S (default: ${DEFAULT-VALUE}, two minutes).")
    Duration timeout = Duration.ofMinutes(2);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    FleetClient connect() {
        return FleetClient.connect(gateway, timeout);
    }
}
