package multimodal.gateway.workflow;

import com.google.rpc.Status;
import java.time.Duration;
import java.util.List;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.Progress;
import multimodal.common.v1.Token;

/** Something happened in a running workflow. */
public sealed interface WorkflowEvent {
    /** The workflow runs; always first. */
    record WorkflowStarted(Workflow workflow) implements WorkflowEvent {}

    /** A node runs, for the {@code attempt}-th time. */
    record NodeStarted(Node node, int attempt) implements WorkflowEvent {}

    /** A node waits for {@code model}, which its service is loading. */
    record NodeLoading(Node node, ModelRef model) implements WorkflowEvent {}

    /** A node has done a step. */
    record NodeProgress(Node node, Progress progress, List<Image> previews) implements WorkflowEvent {}

    /** A node has made a token. */
    record NodeToken(Node node, Token token) implements WorkflowEvent {}

    /** A node has succeeded; {@code cached} if it was not run, for an equal call gave {@code output} before. */
    record NodeResult(Node node, NodeOutput output, boolean cached) implements WorkflowEvent {}

    /** A node will be tried again after {@code delay}. */
    record NodeRetry(Node node, int nextAttempt, Duration delay, String cause) implements WorkflowEvent {}

    /** A node has failed for good; the workflow ends. */
    record NodeFailed(Node node, Status status) implements WorkflowEvent {}

    /** Every node has succeeded; always last. {@code nodes} in the order in which they finished. */
    record WorkflowFinished(List<NodeSummary> nodes, Duration total) implements WorkflowEvent {}
}
