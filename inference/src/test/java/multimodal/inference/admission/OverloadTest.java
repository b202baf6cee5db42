package multimodal.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.batching.Work;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.inference.testing.ManualTicker;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three times the work that a device can do, for three minutes of a clock that the test moves; one in four comes back. */
class OverloadTest {

    private static final Duration UNIT = Duration.ofMillis(5);
    private static final int UNITS_PER_SECOND = 200;
    private static final int BUDGET = 2400;
    private static final int SECONDS = 180;
    private static final int[] STEPS = {5, 10, 20, 30, 50};
    private static final int[] ROWS = {1, 2, 2, 4};
    private static final double TIMES = 3;
    private static final double PATIENT = 0.25;
    private static final int PATIENCE_SECONDS = 60;
    private static final int MOST_TRIES = 10;

    private final ManualTicker clock = new ManualTicker();
    private final Random random = new Random(1);
    private final StepTimeEstimate estimate = new StepTimeEstimate();
    private final Admission admission =
            new Admission(new ModelId("toy", "1"), BUDGET, estimate, AdmissionListener.NONE, clock);
    private final PriorityQueue<Client> arrivals =
            new PriorityQueue<>(Comparator.comparingLong(client -> client.nextNanos));
    private final Deque<Running> running = new ArrayDeque<>();
    private final List<Client> patients = new ArrayList<>();

    private static final class Client {

        private final RequestContext context;
        private final Cost cost;
        private final boolean isPatient;
        private long nextNanos;
        private int tries;
        private boolean isServed;

        Client(String caller, Cost cost, boolean isPatient, long firstNanos) {
            this.context = new RequestContext(caller, OptionalLong.empty(), () -> false, Context.root());
            this.cost = cost;
            this.isPatient = isPatient;
            this.nextNanos = firstNanos;
        }
    }

    private static final class Running {

        private final Client client;
        private final WorkPermit permit;
        private long left;

        Running(Client client, WorkPermit permit) {
            this.client = client;
            this.permit = permit;
            this.left = permit.units();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 200})
    void whoComesBackAsToldIsServedSoonAndTheDeviceIsNeverIdle(int callers) {
        estimate.calibrate("toy", new RowTimes() {
            @Override
            public int maxRows() {
                return 4;
            }

            @Override
            public double nanosPerRow(int rows) {
                return UNIT.toNanos();
            }
        });
        arrive(callers);
        long idleUnits = 0;
        for (int unit = 0; unit < SECONDS * UNITS_PER_SECOND; unit++) {
            turn();
            idleUnits += running.isEmpty() ? 1 : 0;
        }
        for (int unit = 0; unit < PATIENCE_SECONDS * UNITS_PER_SECOND; unit++) {
            turn();
        }

        // Until the first have come.
        assertThat(idleUnits).isLessThan(UNITS_PER_SECOND);
        assertThat(patients).hasSizeGreaterThan(400).allMatch(client -> client.isServed);
        List<Integer> tries =
                patients.stream().map(client -> client.tries).sorted().toList();
        assertThat(tries.get(tries.size() * 99 / 100)).isLessThanOrEqualTo(MOST_TRIES);
    }

    /** A unit of time: who comes then, and the work of it. */
    private void turn() {
        admitThoseWhoCome();
        work();
        clock.advance(UNIT);
    }

    /** @param callers who share, 0 for ones who are not known */
    private void arrive(int callers) {
        double meanUnits = IntStream.of(STEPS).average().orElseThrow()
                * IntStream.of(ROWS).average().orElseThrow();
        double rate = TIMES * UNITS_PER_SECOND / meanUnits;
        for (double at = 0; at < SECONDS; at += -Math.log(1 - random.nextDouble()) / rate) {
            Cost cost = Cost.of("toy", STEPS[random.nextInt(STEPS.length)], ROWS[random.nextInt(ROWS.length)], 1);
            String caller = callers == 0 ? "" : "caller-" + random.nextInt(callers);
            boolean isPatient = random.nextDouble() < PATIENT;
            Client client = new Client(caller, cost, isPatient, clock.getAsLong() + (long) (at * 1e9));
            arrivals.add(client);
            if (isPatient) {
                patients.add(client);
            }
        }
    }

    private void admitThoseWhoCome() {
        while (!arrivals.isEmpty() && arrivals.peek().nextNanos <= clock.getAsLong()) {
            Client client = arrivals.poll();
            client.tries++;
            try {
                running.add(new Running(client, admission.admit(client.context, client.cost)));
            } catch (InferenceException e) {
                client.nextNanos =
                        clock.getAsLong() + e.retryDelay().orElseThrow().toNanos();
                if (client.isPatient) {
                    arrivals.add(client);
                }
            }
        }
    }

    /** One unit of the next of those who run. */
    private void work() {
        if (running.isEmpty()) {
            return;
        }
        Running next = running.poll();
        next.permit.add("toy", new Work(Phase.STEP, 1, StageTimings.ZERO, UNIT));
        if (--next.left > 0) {
            running.add(next);
        } else {
            next.permit.close();
            next.client.isServed = true;
        }
    }
}
