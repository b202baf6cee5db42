package multimodal.client.command;

import java.time.Duration;
import multimodal.client.FleetClient;
import picocli.CommandLine.Option;

/** Where the fleet is, and how long it may take. */
final class GatewayOptions {

    @Option(
            names = "--gateway",
            description = "Address of the gateway, or of several, separated by commas (default: ${DEFAULT-VALUE}).")
    String gateway = "localhost:9000";

    @Option(names = "--timeout", description = "Longest time for one call (default: ${DEFAULT-VALUE}).")
    Duration timeout = Duration.ofMinutes(2);

    FleetClient connect() {
        return FleetClient.connect(gateway, timeout);
    }
}
