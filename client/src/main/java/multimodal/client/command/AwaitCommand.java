package multimodal.client.command;

import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import multimodal.client.FleetClient;
import multimodal.client.TimeText;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.ImageServiceGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fleet await}: returns when every process of the fleet serves, or at once when one has ended. */
@Command(name = "await", description = "Waits until every process of the fleet serves.")
public final class AwaitCommand implements Callable<Integer> {

    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(100);
    private static final int LOG_LINES = 20;

    @Option(names = "--directory", required = true, description = "The fleet's directory, with its list of processes.")
    Path directory;

    @Option(names = "--timeout", description = "Longest time to wait (default: ${DEFAULT-VALUE}).")
    Duration timeout = Duration.ofMinutes(10);

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        long start = System.nanoTime();
        for (FleetProcess process : FleetProcess.list(directory)) {
            if (!awaitServing(process, start)) {
                return ExitCode.SOFTWARE;
            }
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            spec.commandLine().getOut().printf("%-14s serves after %s%n", process.name(), TimeText.seconds(elapsed));
            spec.commandLine().getOut().flush();
        }
        return ExitCode.OK;
    }

    private boolean awaitServing(FleetProcess process, long start) throws IOException, InterruptedException {
        try (FleetClient client = FleetClient.connect(process.address(), timeout)) {
            for (String service : services(process)) {
                while (!serves(client, service)) {
                    if (!process.isAlive()) {
                        return fail(process, "has ended");
                    }
                    if (System.nanoTime() - start > timeout.toNanos()) {
                        return fail(
                                process, "does not serve %s after %s".formatted(service, TimeText.seconds(timeout)));
                    }
                    Thread.sleep(BETWEEN_CHECKS.toMillis());
                }
            }
            return true;
        }
    }

    /** What the process must serve: its own work, and what the gateway passes through besides. */
    private static List<String> services(FleetProcess process) {
        List<String> image = List.of(ImageServiceGrpc.SERVICE_NAME);
        List<String> clip = List.of(ClipServiceGrpc.SERVICE_NAME, VisionLanguageServiceGrpc.SERVICE_NAME);
        return switch (process.name()) {
            case "image-service" -> image;
            case "clip-service" -> clip;
            default ->
                Stream.of(List.of(WorkflowServiceGrpc.SERVICE_NAME), image, clip)
                        .flatMap(List::stream)
                        .toList();
        };
    }

    private static boolean serves(FleetClient client, String service) {
        try {
            return client.health(service) == ServingStatus.SERVING;
        } catch (StatusRuntimeException notYet) {
            return false;
        }
    }

    private boolean fail(FleetProcess process, String what) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        process.lastLogLines(LOG_LINES).forEach(err::println);
        err.printf("fleet: %s %s; its log is %s%n", process.name(), what, process.log());
        err.flush();
        return false;
    }
}
