package multimodal.bench.restart;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import multimodal.common.rpc.BalancedChannel;

/**
 * Restarts every process of a fleet in turn, again and again, while clients call it.
 *
 * @param clients that call at once, each its next call after the last
 * @param minCalls that are made at least; more if not every process has been restarted by then
 * @param settleMillis between a process that serves again and the next one that stops, for the balancers to find it: what
 *     {@code minReadySeconds} is in Kubernetes
 */
record RollingRestart(int clients, int minCalls, long settleMillis) {

    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final String WHOLE_PROCESS = "";

    /** What came of the calls, and how often a process was restarted. */
    record Result(Tally tally, int restarts, double seconds) {}

    /** Runs it on {@code fleet}, which serves; {@code news} is told each restart. */
    Result run(ReplicatedFleet fleet, Consumer<String> news) throws Exception {
        ManagedChannel channel =
                BalancedChannel.open(fleet.gatewayAddresses(), Optional.of(WHOLE_PROCESS), MAX_MESSAGE_BYTES);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        AtomicBoolean isOver = new AtomicBoolean();
        try {
            Tally tally = new Tally();
            AtomicInteger restarts = new AtomicInteger();
            AtomicInteger nextCall = new AtomicInteger();
            int minRestarts = fleet.processes().size();
            BooleanSupplier goesOn = () -> tally.calls() < minCalls || restarts.get() < minRestarts;
            MixedCalls calls = MixedCalls.through(channel);
            long start = System.nanoTime();
            List<Future<?>> loops = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                loops.add(threads.submit(() -> {
                    while (!isOver.get() && goesOn.getAsBoolean()) {
                        make(calls, nextCall.getAndIncrement(), tally);
                    }
                }));
            }
            restartInTurn(
                    fleet,
                    // A client that has ended before that has met a bug, which its future tells.
                    () -> goesOn.getAsBoolean() && loops.stream().noneMatch(Future::isDone),
                    restarts,
                    line -> news.accept(
                            "%s after %d calls, %d of them went wrong".formatted(line, tally.calls(), tally.wrong())));
            for (Future<?> loop : loops) {
                loop.get();
            }
            return new Result(tally, restarts.get(), (System.nanoTime() - start) / 1e9);
        } finally {
            isOver.set(true);
            threads.shutdownNow();
            channel.shutdownNow();
        }
    }

    private void restartInTurn(
            ReplicatedFleet fleet, BooleanSupplier goesOn, AtomicInteger restarts, Consumer<String> news)
            throws IOException, InterruptedException {
        List<ServiceProcess> processes = fleet.processes();
        while (goesOn.getAsBoolean()) {
            ServiceProcess process = processes.get(restarts.get() % processes.size());
            process.stop();
            process.start();
            process.awaitServing();
            Thread.sleep(settleMillis);
            restarts.incrementAndGet();
            news.accept("restarted " + process.name());
        }
    }

    private static void make(MixedCalls calls, int number, Tally tally) {
        MixedCalls.Kind kind = MixedCalls.kind(number);
        try {
            tally.add(kind, calls.make(number));
        } catch (StatusRuntimeException e) {
            tally.addFailure(kind, e.getStatus());
        }
    }
}
