package multimodal.inference.batching;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** Rows of one request on their way into an engine call, few enough for one call. */
final class Entry {

    private final RequestContext context;
    private final Phase phase;
    private final Map<String, Tensor> inputs;
    private final Map<String, Shape> trailingShapes = new TreeMap<>();
    private final boolean isFirst;
    private final long submittedNanos;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private double turn;
    private boolean wasLive;

    Entry(RequestContext context, Phase phase, Map<String, Tensor> inputs, boolean isFirst, long submittedNanos) {
        this.context = context;
        this.phase = phase;
        this.inputs = inputs;
        this.isFirst = isFirst;
        this.submittedNanos = submittedNanos;
        inputs.forEach((name, tensor) -> trailingShapes.put(name, tensor.shape().withRows(0)));
    }

    RequestContext context() {
        return context;
    }

    Phase phase() {
        return phase;
    }

    Map<String, Tensor> inputs() {
        return inputs;
    }

    int rows() {
        return inputs.values().iterator().next().rows();
    }

    /** Whether its request was not in a batch before. */
    boolean isFirst() {
        return isFirst;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    /** Its place among those that wait: lower goes first, equals as they came. Belongs to the assembly. */
    double turn() {
        return turn;
    }

    void setTurn(double turn) {
        this.turn = turn;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    /** Whether both can be rows of one call. */
    boolean fits(Entry other) {
        return phase == other.phase && trailingShapes.equals(other.trailingShapes);
    }

    /** Whether somebody still waits for the outcome. Asked by the assembly alone. */
    boolean isLive() {
        wasLive = !outcome.isDone() && context.isLive();
        return wasLive;
    }

    /** What {@link #isLive} answered last: whether somebody waited when the batch was formed. */
    boolean wasLive() {
        return wasLive;
    }

    /** Ends an entry that is not live any more, and says why. */
    ErrorKind endDead() {
        InferenceException reason = reason();
        outcome.completeExceptionally(reason);
        return reason.kind();
    }

    private InferenceException reason() {
        try {
            context.checkLive();
            return new InferenceException(ErrorKind.CANCELLED, "another part of the request failed");
        } catch (InferenceException e) {
            return e;
        }
    }
}
