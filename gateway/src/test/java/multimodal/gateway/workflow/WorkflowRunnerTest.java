package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Code;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Token;
import multimodal.gateway.workflow.PortValue.TextValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkflowRunnerTest {
    private static final Port A = new Port("a", PortType.TEXT);
    private static final Port B = new Port("b", PortType.TEXT);
    private static final Port OUT = new Port("out", PortType.TEXT);
    private static final NodeType ONE_INPUT = new NodeType("test.Service/One", List.of(A), List.of(OUT), true);
    private static final NodeType TWO_INPUTS = new NodeType("test.Service/Two", List.of(A, B), List.of(OUT), false);

    /** The input goes to left and right, and both go to join. */
    private static final Workflow DIAMOND = new Workflow(
            "diamond",
            "",
            List.of(A),
            List.of(new Node("join", TWO_INPUTS), new Node("left", ONE_INPUT), new Node("right", ONE_INPUT)),
            List.of(
                    new Edge(PortRef.input("a"), new PortRef("left", "a")),
                    new Edge(PortRef.input("a"), new PortRef("right", "a")),
                    new Edge(new PortRef("left", "out"), new PortRef("join", "a")),
                    new Edge(new PortRef("right", "out"), new PortRef("join", "b"))));

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final WorkflowRunner runner = new WorkflowRunner(threads, new RetryPolicy(3, Duration.ofMillis(1)));
    private final Cancellation cancellation = new Cancellation();
    private final List<WorkflowEvent> events = new ArrayList<>();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void nodesWhoseInputsAreReadyRunAtOnce() throws Exception {
        CyclicBarrier bothRun = new CyclicBarrier(2);
        NodeExecutor meets = (inputs, listener, cancelled) -> {
            await(bothRun);
            return text(inputs.text("a") + "!");
        };
        NodeExecutor joins = (inputs, listener, cancelled) -> text(inputs.text("a") + inputs.text("b"));

        run(Map.of("left", meets, "right", meets, "join", joins));

        WorkflowEvent.NodeResult joined = (WorkflowEvent.NodeResult) events.get(events.size() - 2);
        assertThat(joined.output().values()).containsEntry("out", new TextValue("hi!hi!"));
        assertThat(events.get(events.size() - 1)).isInstanceOf(WorkflowEvent.WorkflowFinished.class);
    }

    @Test
    void aFailureCancelsTheOtherNodes() {
        CountDownLatch cancelSeen = new CountDownLatch(1);
        NodeExecutor waits = (inputs, listener, cancelled) -> {
            CountDownLatch latch = new CountDownLatch(1);
            cancelled.onCancel(latch::countDown);
            await(latch);
            cancelSeen.countDown();
            throw failure(Code.CANCELLED, "cancelled");
        };
        NodeExecutor fails = (inputs, listener, cancelled) -> {
            throw failure(Code.NOT_FOUND, "no such model");
        };

        assertThatThrownBy(() -> run(Map.of("left", fails, "right", waits, "join", fails)))
                .isInstanceOf(WorkflowException.class)
                .hasMessage("node left (test.Service): no such model");
        assertThat(cancelSeen.getCount()).isZero();
        assertThat(events.get(events.size() - 1)).isInstanceOf(WorkflowEvent.NodeFailed.class);
    }

    @Test
    void aNodeThatIsNotRepeatableIsTriedOnce() {
        NodeExecutor succeeds = (inputs, listener, cancelled) -> text("x");
        NodeExecutor unreachable = (inputs, listener, cancelled) -> {
            throw failure(Code.UNAVAILABLE, "connection refused");
        };

        assertThatThrownBy(() -> run(Map.of("left", succeeds, "right", succeeds, "join", unreachable)))
                .hasMessage("node join (test.Service): connection refused");
        assertThat(events).noneMatch(WorkflowEvent.NodeRetry.class::isInstance);
    }

    @Test
    void aListenerThatThrowsEndsTheRunAndLeavesNoNodeBehind() {
        NodeExecutor talks = (inputs, listener, cancelled) -> {
            while (!cancelled.isCancelled()) {
                listener.onToken(Token.getDefaultInstance());
            }
            throw failure(Code.CANCELLED, "cancelled");
        };

        assertThatThrownBy(() -> runner.run(
                        DIAMOND,
                        Map.of("left", talks, "right", talks, "join", talks),
                        Map.of("a", new TextValue("hi")),
                        event -> {
                            if (event instanceof WorkflowEvent.NodeToken) {
                                throw new IllegalStateException("the client has gone");
                            }
                        },
                        cancellation))
                .hasMessage("the client has gone");
        assertThat(cancellation.isCancelled()).isTrue();
    }

    @Test
    void aBugInANodeIsHiddenBehindAnId() {
        NodeExecutor buggy = (inputs, listener, cancelled) -> {
            throw new IllegalStateException("secret");
        };

        assertThatThrownBy(() -> run(Map.of("left", buggy, "right", buggy, "join", buggy)))
                .hasMessageMatching("node (left|right) \\(test.Service\\): internal error [0-9a-f-]{36}");
    }

    private void run(Map<String, NodeExecutor> executors) throws WorkflowException {
        runner.run(DIAMOND, executors, Map.of("a", new TextValue("hi")), events::add, cancellation);
    }

    private static NodeOutput text(String text) {
        return new NodeOutput(
                Map.of("out", new TextValue(text)),
                GenerationInfo.getDefaultInstance(),
                FinishReason.FINISH_REASON_UNSPECIFIED);
    }

    private static NodeException failure(Code code, String message) {
        return new NodeException(Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .build());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
