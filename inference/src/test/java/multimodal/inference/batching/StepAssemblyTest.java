package multimodal.inference.batching;

import static multimodal.inference.batching.BatchingFixtures.KEY;
import static multimodal.inference.batching.BatchingFixtures.cancelledBy;
import static multimodal.inference.batching.BatchingFixtures.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class StepAssemblyTest {

    private static final Duration MAX_WAIT = Duration.ofMillis(2);

    private final StepAssembly assembly = new StepAssembly(4, MAX_WAIT, KEY, BatchListener.NONE);

    @Test
    void batchIsDueWhenAllOpenRowsHaveCome() {
        StepRow first = open(RequestContext.detached());
        StepRow second = open(RequestContext.detached());
        Submission step = submit(first, rows(1));
        long now = step.entries().get(0).submittedNanos();

        assertThat(assembly.nanosUntilDue(now)).isEqualTo(MAX_WAIT.toNanos());
        submit(second, rows(2));
        assertThat(assembly.nanosUntilDue(now)).isZero();
    }

    @Test
    void rowThatDoesNotComeIsWaitedForNoLongerThanTheLimit() {
        open(RequestContext.detached());
        Submission step = submit(open(RequestContext.detached()), rows(1));
        long now = step.entries().get(0).submittedNanos();

        assertThat(assembly.nanosUntilDue(now + MAX_WAIT.toNanos())).isZero();
        assertThat(assembly.take()).hasSize(1);
    }

    @Test
    void rowWhoseCallerHasGoneIsNotWaitedFor() {
        AtomicBoolean gone = new AtomicBoolean();
        open(cancelledBy(gone));
        Submission step = submit(open(RequestContext.detached()), rows(1));
        gone.set(true);

        assertThat(assembly.nanosUntilDue(step.entries().get(0).submittedNanos()))
                .isZero();
    }

    @Test
    void closedRowIsNotWaitedFor() {
        StepRow closed = open(RequestContext.detached());
        Submission step = submit(open(RequestContext.detached()), rows(1));
        assembly.close(closed);

        assertThat(assembly.nanosUntilDue(step.entries().get(0).submittedNanos()))
                .isZero();
    }

    @Test
    void rowsTakeTurnsWhenThereAreMoreOfThemThanPlaces() {
        List<StepRow> rows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            rows.add(open(RequestContext.detached()));
            submit(rows.get(i), rows(i, i));
        }
        List<Float> served = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            for (Entry entry : assembly.take()) {
                float row = entry.inputs().get("x").floats()[0];
                served.add(row);
                entry.outcome().complete(new Outcome(Map.of(), 0, 0, 0, this));
                submit(rows.get((int) row), rows(row, row));
            }
        }

        assertThat(served).containsExactly(0f, 1f, 2f, 3f, 4f, 0f, 1f, 2f, 3f, 4f);
    }

    @Test
    void shortCheapRowIsNotStuckBehindLongDearOnes() {
        Rows dear = new Rows(4, 4, 4);
        dear.serve(30);
        dear.add(1);
        int[] before = dear.slotsGiven();
        while (dear.stepsDone(3) < 10) {
            dear.serve(1);
        }

        // For its ten slots each of the others gets about as many, in whole steps; in turns it would have been 40 each.
        for (int row = 0; row < 3; row++) {
            assertThat(dear.slotsGiven()[row] - before[row]).isBetween(8, 12);
        }
    }

    @Test
    void rowThatWasAwayDoesNotCatchUp() {
        Rows rows = new Rows(3);
        rows.serve(20);
        rows.add(3);
        rows.serve(6);

        assertThat(rows.stepsDone(1)).isEqualTo(3);
    }

    /** Rows that always come with their next step, each with its own number of slots. */
    private final class Rows {

        private final List<StepRow> rows = new ArrayList<>();
        private final List<Integer> slots = new ArrayList<>();
        private final List<Integer> steps = new ArrayList<>();

        Rows(int... slots) {
            Arrays.stream(slots).forEach(this::add);
        }

        void add(int slotsOfRow) {
            rows.add(open(RequestContext.detached()));
            slots.add(slotsOfRow);
            steps.add(0);
            submitNext(rows.size() - 1);
        }

        void serve(int calls) {
            for (int call = 0; call < calls; call++) {
                for (Entry entry : assembly.take()) {
                    int row = (int) entry.inputs().get("x").floats()[0];
                    entry.outcome().complete(new Outcome(Map.of(), 0, 0, 0, this));
                    steps.set(row, steps.get(row) + 1);
                    submitNext(row);
                }
            }
        }

        int stepsDone(int row) {
            return steps.get(row);
        }

        int[] slotsGiven() {
            return IntStream.range(0, rows.size())
                    .map(row -> steps.get(row) * slots.get(row))
                    .toArray();
        }

        private void submitNext(int row) {
            float[] values = new float[slots.get(row)];
            Arrays.fill(values, row);
            submit(rows.get(row), BatchingFixtures.rows(values));
        }
    }

    private StepRow open(RequestContext context) {
        StepRow row = new StepRow(null, context, timings -> {});
        assembly.open(row);
        return row;
    }

    private Submission submit(StepRow row, Map<String, Tensor> inputs) {
        Submission submission = new Submission(row.context(), inputs, 4, true);
        assembly.submit(row, submission);
        return submission;
    }
}
