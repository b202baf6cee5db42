package multimodal.inference.batching;

import java.time.Duration;
import java.util.List;

/**
 * A batch on its way through the engine.
 *
 * @param key whose batch it is
 * @param phase of all its rows
 * @param members in the order of their rows
 * @param padding rows that were added to reach the fixed size
 */
public record BatchEvent(BatchKey key, Phase phase, List<Member> members, int padding) {

    /**
     * What one request has in the batch.
     *
     * @param context of the request
     * @param rows of the request in this batch, at least 1
     * @param isFirst whether it waited in the queue; otherwise, as a later step of a loop, inside a running batch
     * @param waited from its submission until the batch was formed
     * @param isLive whether its caller was still there when the batch was formed
     */
    public record Member(RequestContext context, int rows, boolean isFirst, Duration waited, boolean isLive) {}

    public BatchEvent {
        members = List.copyOf(members);
    }

    /** Rows of all members, padding left out. */
    public int rows() {
        return members.stream().mapToInt(Member::rows).sum();
    }
}
