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
        assertThat(assembly.take(1)).hasSize(1);
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
            for (Entry entry : assembly.take(1)) {
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
    void rowsOfLargePicturesWeighMore() {
        Rows rows = new Rows();
        for (int row = 0; row < 4; row++) {
            rows.add(2, row < 2 ? 4 : 1);
        }
        rows.serve(50);

        // Two rows fit into a call. While each of the large ones takes one step, each of the small ones takes four.
        assertThat(rows.stepsDone(0)).isBetween(9, 11);
        assertThat(rows.stepsDone(2)).isBetween(39, 41);
    }

    @Test
    void whoReadsALongPromptLetsTheOthersGoFirstAfterwards() {
        StepRow reader = new StepRow(null, RequestContext.detached(), new StepWeight(2, 12), timings -> {});

        assertThat(reader.takeTurn(5, Phase.PREFILL, 1)).isEqualTo(5);
        assertThat(reader.takeTurn(5, Phase.DECODE, 3)).isEqualTo(5 + 12);
        assertThat(reader.takeTurn(5, Phase.DECODE, 3)).isEqualTo(5 + 12 + 3 * 2);
    }

    /** Whatever runs: between two steps of a row the others get no more than it got itself, and one step each. */
    @Test
    void newcomerIsServedInBoundedTimeHoweverLongTheOthersRun() {
        for (int others = 1; others <= 12; others++) {
            int[] slots = new int[others];
            Arrays.fill(slots, 2);
            Rows rows = new Rows(slots);
            rows.serve(100);
            rows.add(1);
            for (int step = 1; step <= 10; step++) {
                int calls = 0;
                for (; rows.stepsDone(others) < step; calls++) {
                    rows.serve(1);
                }
                assertThat(calls)
                        .as("calls until step %d beside %d others", step, others)
                        .isLessThanOrEqualTo(1 + others / 2);
            }
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
            add(slotsOfRow, 1);
        }

        void add(int slotsOfRow, double unitsPerSlot) {
            rows.add(open(RequestContext.detached(), unitsPerSlot));
            slots.add(slotsOfRow);
            steps.add(0);
            submitNext(rows.size() - 1);
        }

        void serve(int calls) {
            for (int call = 0; call < calls; call++) {
                for (Entry entry : assembly.take(1)) {
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
        return open(context, 1);
    }

    private StepRow open(RequestContext context, double unitsPerSlot) {
        StepRow row = new StepRow(null, context, new StepWeight(unitsPerSlot, 1), timings -> {});
        assembly.open(row);
        return row;
    }

    private Submission submit(StepRow row, Map<String, Tensor> inputs) {
        Submission submission = new Submission(row.context(), Phase.STEP, inputs, 4, true);
        assembly.submit(row, submission);
        return submission;
    }
}
