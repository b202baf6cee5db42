package multimodal.client.command;

import com.google.rpc.BadRequest;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import multimodal.client.InputException;
import multimodal.client.run.NodeState;
import multimodal.client.run.RunState;
import multimodal.client.run.ShownRun;
import multimodal.client.terminal.Terminal;
import multimodal.common.rpc.Statuses;
import multimodal.gateway.v1.WorkflowEvent;

/** Runs a workflow for the sake of one node and shows it; who types a command need not know that it is one. */
final class NodeRun {

    /** What stands before a field of the node, as the gateway tells it. */
    private static final String SETTINGS = "(workflow\\.nodes\\[\\d+\\]\\.settings|answer_question)\\.";

    private NodeRun() {}

    /**
     * Makes {@code call} and shows the events that it tells; returns its node {@code id}, finished.
     *
     * @throws InputException that names each field at fault as the node's RPC calls it
     * @throws StatusRuntimeException if anything else fails
     */
    static NodeState of(String id, Terminal terminal, Consumer<Consumer<WorkflowEvent>> call) {
        try {
            RunState run = ShownRun.on(terminal, call);
            return run.node(id);
        } catch (StatusRuntimeException e) {
            Optional<String> faults = Statuses.detail(e, BadRequest.class).map(NodeRun::faults);
            throw faults.isPresent() ? new InputException(faults.get()) : e;
        }
    }

    private static String faults(BadRequest bad) {
        return bad.getFieldViolationsList().stream()
                .map(violation -> violation.getDescription().replaceAll(SETTINGS, ""))
                .collect(Collectors.joining("; "));
    }
}
