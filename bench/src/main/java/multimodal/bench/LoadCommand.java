package multimodal.bench;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts load on one service, which it waits for, as {@link LoadLines} say. */
@Command(name = "load", mixinStandardHelpOptions = true)
public final class LoadCommand implements Callable<Integer> {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    @Option(names = "--target", required = true, description = "host:port of the service")
    private String target;

    @Option(names = "--service", required = true, description = "full name of the gRPC service that must serve")
    private String service;

    @Option(names = "--texts", required = true, description = "file with one text a line")
    private Path texts;

    @Option(names = "--picture", required = true, description = "picture file")
    private Path picture;

    @Option(names = "--steps", defaultValue = "30", description = "denoising steps of a generated picture")
    private int steps;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoadCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(target).usePlaintext().build();
        try {
            awaitServing(channel);
            Map<String, LoadLines.Workload> workloads =
                    LoadLines.closedLoops(Workloads.read(texts, picture, steps).requests(channel));
            workloads.putAll(MixedLoad.workloads(channel));
            LoadLines.answer(workloads);
            return 0;
        } finally {
            channel.shutdownNow();
        }
    }

    private void awaitServing(ManagedChannel channel) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!Health.isServing(channel, service)) {
            if (System.nanoTime() > end) {
                throw new IOException(service + " does not serve after " + START_LIMIT);
            }
            Thread.sleep(100);
        }
    }
}
