package multimodal.bench;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import multimodal.common.rpc.BytesMarshaller;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Puts load on one unary gRPC method, whosever it is, as {@link LoadLines} say: with messages that lie encoded in files
 * {@code <workload>/<number>.<part>}. The parts of a request are sent one after the other. Waits until each workload has been
 * answered once.
 */
@Command(name = "replay", mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    @Option(names = "--target", required = true, description = "host:port of the server")
    private String target;

    @Option(names = "--method", required = true, description = "full name, package.Service/Method")
    private String method;

    @Option(names = "--requests", required = true, description = "folder of workloads, each a folder of messages")
    private Path requests;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ReplayCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        ManagedChannel channel = ManagedChannelBuilder.forTarget(target)
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
        try {
            Map<String, Load.Request> workloads = new TreeMap<>();
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(requests)) {
                for (Path folder : folders) {
                    workloads.put(folder.getFileName().toString(), workload(channel, chains(folder)));
                }
            }
            for (Load.Request workload : workloads.values()) {
                awaitAnswer(workload);
            }
            LoadLines.answer(LoadLines.closedLoops(workloads));
            return 0;
        } finally {
            channel.shutdownNow();
        }
    }

    private Load.Request workload(Channel channel, List<List<byte[]>> chains) {
        return number -> {
            chains.get(number % chains.size()).forEach(message -> call(channel, message));
            return new Load.Answer(Duration.ZERO, 1);
        };
    }

    private static List<List<byte[]>> chains(Path folder) throws IOException {
        Map<String, List<byte[]>> chains = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String number = file.getFileName().toString().replaceFirst("\\..*", "");
                chains.computeIfAbsent(number, name -> new ArrayList<>()).add(Files.readAllBytes(file));
            }
        }
        return List.copyOf(chains.values());
    }

    private void call(Channel channel, byte[] message) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(BytesMarshaller.INSTANCE)
                .setResponseMarshaller(BytesMarshaller.INSTANCE)
                .build();
        ClientCalls.blockingUnaryCall(channel, descriptor, CallOptions.DEFAULT, message);
    }

    private static void awaitAnswer(Load.Request workload) throws InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try {
                workload.send(0);
                return;
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }
}
