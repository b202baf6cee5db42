package multimodal.gateway.rpc;

import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import multimodal.common.rpc.Violations;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.workflow.Node;
import multimodal.gateway.workflow.NodeCatalogue;
import multimodal.gateway.workflow.Port;
import multimodal.gateway.workflow.PortValue;
import multimodal.gateway.workflow.Workflow;

/**
 * What a valid request asks for.
 *
 * @param inputs the workflow's inputs, by port
 * @param mayReuse whether results of other runs may be used
 * @param settingsPath where in the request the settings of a node stand
 */
record RunRequest(
        Workflow workflow, Map<String, PortValue> inputs, boolean mayReuse, Function<Node, String> settingsPath) {

    /** A run of a workflow that has an RPC of its own, whose request has a field for each node, named like it. */
    static RunRequest of(Workflow workflow, Map<String, ? extends Message> settings, Map<String, PortValue> inputs) {
        return new RunRequest(workflow.withSettings(settings), inputs, false, Node::id);
    }

    /** Throws {@code INVALID_ARGUMENT} that names every fault of {@code request}, a cost beyond {@code maxCost} among them. */
    static RunRequest of(RunWorkflowRequest request, NodeCatalogue catalogue, long maxCost) {
        Violations violations = new Violations();
        Workflow workflow = WorkflowReader.read(
                request.getWorkflow(),
                catalogue,
                problem -> violations.add("workflow." + problem.path(), problem.value(), problem.expected()));
        long cost = workflow.cost();
        violations.require(
                cost <= maxCost,
                "workflow",
                "a cost of " + cost,
                "a cost (see docs/workflows.md) of at most " + maxCost);
        Map<String, PortValue> inputs = inputs(workflow.inputs(), request.getInputsMap(), violations);
        violations.throwIfAny();
        List<Node> nodes = workflow.nodes();
        return new RunRequest(workflow, inputs, request.getReuseResults(), node -> "workflow.nodes[%d].settings"
                .formatted(nodes.indexOf(node)));
    }

    private static Map<String, PortValue> inputs(
            List<Port> ports, Map<String, multimodal.gateway.v1.PortValue> given, Violations violations) {
        Map<String, PortValue> inputs = new HashMap<>();
        for (Port port : ports) {
            var value = given.getOrDefault(port.name(), multimodal.gateway.v1.PortValue.getDefaultInstance());
            boolean fits = value.getValueCase().name().equals(port.type().name());
            violations.require(
                    fits,
                    "inputs." + port.name(),
                    given.containsKey(port.name()) ? value.getValueCase() : "missing",
                    port.type().toString());
            if (fits) {
                inputs.put(port.name(), PortValue.of(value.getField(valueField(value))));
            }
        }
        given.keySet().stream()
                .filter(name -> ports.stream().noneMatch(port -> port.name().equals(name)))
                .forEach(name -> violations.add("inputs", name, "an input of the workflow"));
        return inputs;
    }

    private static com.google.protobuf.Descriptors.FieldDescriptor valueField(multimodal.gateway.v1.PortValue value) {
        return value.getDescriptorForType()
                .findFieldByNumber(value.getValueCase().getNumber());
    }
}
