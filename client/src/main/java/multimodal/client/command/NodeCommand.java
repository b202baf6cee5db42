package multimodal.client.command;

import com.google.rpc.BadRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import multimodal.client.FleetClient;
import multimodal.client.InputException;
import multimodal.client.TraceParent;
import multimodal.client.run.NodeState;
import multimodal.client.run.ShownRun;
import multimodal.client.terminal.Terminal;
import multimodal.common.rpc.Statuses;
import multimodal.common.v1.ModelRef;
import multimodal.gateway.v1.WorkflowEvent;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Runs a workflow for the sake of one node and shows it; who types the command need not know that it is one. */
abstract class NodeCommand extends GatewayCommand {

    /** What stands before a field of the node, as the gateway tells it. */
    private static final String SETTINGS = "(workflow\\.nodes\\[\\d+\\]\\.settings|answer_question)\\.";

    private final String node;

    @Option(names = "--model", paramLabel = "NAME", description = "Name of the model (default: the fleet's).")
    String model = "";

    /** A command for the sake of the node {@code node}, an id. */
    NodeCommand(String node) {
        this.node = node;
    }

    /** A request to the fleet. */
    @FunctionalInterface
    interface Request {
        /** Sends it and hands each event of the run to {@code events}. */
        void send(FleetClient client, TraceParent trace, Consumer<WorkflowEvent> events);
    }

    /** What is asked for; the files that are given are read here. */
    abstract Request request(Terminal terminal) throws IOException;

    /** Shows what the node, which is finished, has made. */
    abstract void show(NodeState finished, Terminal terminal) throws IOException;

    /** The model that was asked for by its name. */
    final Optional<ModelRef> model() {
        return Optional.of(model)
                .filter(name -> !name.isEmpty())
                .map(name -> ModelRef.newBuilder().setName(name).build());
    }

    @Override
    public final Integer call() throws IOException {
        Terminal terminal = terminal();
        Request request = request(terminal);
        try (FleetClient client = gateway.connect()) {
            NodeState finished = ShownRun.on(progress(), events -> request.send(client, TraceParent.newTrace(), events))
                    .node(node);
            show(finished, terminal);
            return ExitCode.OK;
        } catch (StatusRuntimeException e) {
            // Each field at fault is told as the node's RPC calls it.
            Optional<String> faults = Statuses.detail(e, BadRequest.class).map(NodeCommand::faults);
            throw faults.isPresent() ? new InputException(faults.get()) : e;
        }
    }

    private static String faults(BadRequest bad) {
        return bad.getFieldViolationsList().stream()
                .map(violation -> violation.getDescription().replaceAll(SETTINGS, ""))
                .collect(Collectors.joining("; "));
    }
}
