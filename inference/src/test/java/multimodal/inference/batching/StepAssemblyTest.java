package multimodal.inference.batching;

import static multimodal.inference.batching.BatchingFixtures.KEY;
import static multimodal.inference.batching.BatchingFixtures.cancelledBy;
import static multimodal.inference.batching.BatchingFixtures.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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
