package multimodal.gateway.rpc;

import java.time.Duration;
import java.util.function.Consumer;
import multimodal.common.rpc.StreamWriter;
import multimodal.gateway.v1.WorkflowEvent;

/** Numbers events, stamps them and sends them; used by one thread. */
final class EventStream implements Consumer<multimodal.gateway.workflow.WorkflowEvent> {
    private final StreamWriter<WorkflowEvent> writer;
    private final long startNanos = System.nanoTime();
    private long sequence;

    EventStream(StreamWriter<WorkflowEvent> writer) {
        this.writer = writer;
    }

    @Override
    public void accept(multimodal.gateway.workflow.WorkflowEvent event) {
        sequence++;
        writer.send(EventMessages.render(event)
                .setSequence(sequence)
                .setElapsed(EventMessages.render(Duration.ofNanos(System.nanoTime() - startNanos)))
                .build());
    }
}
