package multimodal.client.run;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import multimodal.client.TimeText;
import multimodal.gateway.v1.WorkflowEvent;

/** What the events of one run of a workflow have told so far. Not thread-safe. */
public final class RunState {

    private final Map<String, NodeState> nodes = new LinkedHashMap<>();
    private Duration elapsed = Duration.ZERO;

    /** Takes in the next event. */
    public void apply(WorkflowEvent event) {
        elapsed = TimeText.duration(event.getElapsed());
        switch (event.getEventCase()) {
            case WORKFLOW_STARTED ->
                event.getWorkflowStarted()
                        .getWorkflow()
                        .getNodesList()
                        .forEach(node -> nodes.put(node.getId(), new NodeState(node)));
            case NODE_STARTED ->
                node(event.getNodeStarted().getNode())
                        .start(elapsed, event.getNodeStarted().getAttempt());
            case NODE_LOADING -> node(event.getNodeLoading().getNode()).load(elapsed, event.getNodeLoading());
            case NODE_PROGRESS -> node(event.getNodeProgress().getNode()).progress(elapsed, event.getNodeProgress());
            case NODE_TOKEN -> node(event.getNodeToken().getNode()).token(elapsed, event.getNodeToken());
            case NODE_RESULT -> node(event.getNodeResult().getNode()).finish(elapsed, event.getNodeResult());
            case NODE_RETRY -> node(event.getNodeRetry().getNode()).retry(event.getNodeRetry());
            case NODE_FAILED -> node(event.getNodeFailed().getNode()).fail(event.getNodeFailed());
            case WORKFLOW_FINISHED, EVENT_NOT_SET -> {}
        }
    }

    /** The nodes, in the order of the workflow. */
    public Collection<NodeState> nodes() {
        return nodes.values();
    }

    /** The node called {@code id}. */
    public NodeState node(String id) {
        NodeState node = nodes.get(id);
        if (node == null) {
            throw new IllegalStateException("the fleet tells of a node that its workflow lacks: " + id);
        }
        return node;
    }

    /** Time from the start of the workflow to the last event. */
    public Duration elapsed() {
        return elapsed;
    }
}
